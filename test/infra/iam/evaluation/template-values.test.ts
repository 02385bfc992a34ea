import { describe, expect, it } from '@jest/globals';
import { policyOfRole } from './role-policy.ts';
import { TemplateValues } from './template-values.ts';

const AT = { account: '111122223333', region: 'eu-west-1' };
const STATEMENT = { Effect: 'Allow', Action: 'a:B', Resource: '*' };

function templateOf(properties: Readonly<Record<string, unknown>>): TemplateValues {
  return new TemplateValues(
    {
      Resources: {
        It: { Type: 'AWS::Test::It', Properties: properties },
        Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: { Ref: 'AWS::Region' } } },
        MyBucket: { Type: 'AWS::S3::Bucket' },
        Group: { Type: 'AWS::Logs::LogGroup' },
        Machine: { Type: 'AWS::StepFunctions::StateMachine' },
        Service: { Type: 'AWS::ECS::Service', Properties: { ServiceName: 'shop' } },
        Network: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
        Workspace: { Type: 'AWS::APS::Workspace' },
      },
    },
    AT,
    (name) => `what exports ${name}`,
  );
}

describe('values of a template', () => {
  it.each<[unknown, unknown]>([
    ['text', 'text'],
    [{ Ref: 'AWS::AccountId' }, '111122223333'],
    [{ Ref: 'Role' }, 'eu-west-1'],
    [{ Ref: 'MyBucket' }, 'mybucket'],
    [{ Ref: 'It' }, 'It'],
    [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::111122223333:role/eu-west-1'],
    [{ 'Fn::GetAtt': ['MyBucket', 'Arn'] }, 'arn:aws:s3:::mybucket'],
    [{ 'Fn::GetAtt': ['Group', 'Arn'] }, 'arn:aws:logs:eu-west-1:111122223333:log-group:Group:*'],
    [{ Ref: 'Machine' }, 'arn:aws:states:eu-west-1:111122223333:stateMachine:Machine'],
    [{ 'Fn::GetAtt': ['It', 'Id'] }, 'It.Id'],
    [{ 'Fn::GetAtt': ['Service', 'Name'] }, 'shop'],
    [{ 'Fn::GetAtt': ['Network', 'CidrBlock'] }, '10.0.0.0/16'],
    [{ Ref: 'Service' }, 'arn:aws:ecs:eu-west-1:111122223333:service/shop'],
    [
      { 'Fn::GetAtt': ['Workspace', 'PrometheusEndpoint'] },
      'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/Workspace/',
    ],
    [{ 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    [{ 'Fn::ImportValue': { 'Fn::Join': ['', ['Net', 'Vpc']] } }, 'what exports NetVpc'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of CloudFormation
    [{ 'Fn::Sub': 'a-${AWS::Region}-${It}' }, 'a-eu-west-1-It'],
    [{ 'Fn::Split': [':', 'a:b'] }, ['a', 'b']],
    [{ 'Fn::Select': [6, { 'Fn::Split': [':', { Ref: 'Machine' }] }] }, 'Machine'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'It' }]] }, 'a-It'],
    [[{ a: { Ref: 'It' }, b: 1 }], [{ a: 'It', b: 1 }]],
  ])('%j is %j', (value, expected) => {
    expect(templateOf({ value }).properties('It')).toEqual({ value: expected });
  });

  it.each([
    [{ 'Fn::If': ['x', 'a', 'b'] }, 'got Fn::If'],
    [{ Ref: 'Nothing' }, 'got Nothing'],
    [{ 'Fn::GetAtt': ['It', 'Arn'] }, 'got AWS::Test::It'],
  ])('%j is an error', (value, message) => {
    expect(() => templateOf({ value }).properties('It')).toThrow(message);
  });
});

it('the policy of a role is what is attached to it and what is in it', () => {
  const document = { PolicyDocument: { Statement: [STATEMENT] } };
  const policy = (PolicyName: string, role: string) => ({
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName, Roles: [{ Ref: role }], ...document },
  });
  const values = new TemplateValues(
    {
      Resources: {
        One: {
          Type: 'AWS::IAM::Role',
          Properties: { Policies: [{ PolicyName: 'Inline', ...document }] },
        },
        Two: { Type: 'AWS::IAM::Role' },
        First: policy('First0A1B2C3D', 'One'),
        Second: policy('Second', 'Two'),
      },
    },
    AT,
  );
  expect(policyOfRole(values, 'One')).toEqual([
    { policy: 'First', statement: STATEMENT },
    { policy: 'Inline', statement: STATEMENT },
  ]);
});
