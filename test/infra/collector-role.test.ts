import { describe, expect, it } from '@jest/globals';
import { collectorTemplate } from './template.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const CLUSTER_ARN = 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod';

describe('what the function may do', () => {
  const template = collectorTemplate({ otherLogGroupNames: ['/ecs/prometheus'] });
  const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    (policy) => policy.Properties.PolicyDocument.Statement as Statement[],
  );
  const allowing = (action: string) =>
    statements.filter(
      (statement) => statement.Effect === 'Allow' && [statement.Action].flat().includes(action),
    );

  it.each(['ecs:ListTasks', 'ecs:DescribeTasks'])('%s in its cluster only', (action) => {
    expect(allowing(action)).toEqual([
      expect.objectContaining({ Condition: { ArnEquals: { 'ecs:cluster': CLUSTER_ARN } } }),
    ]);
  });

  it('write to its own log group, that of the metrics and the one that is named', () => {
    expect(allowing('logs:PutLogEvents').map(({ Resource }) => Resource)).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^CollectorLogGroup/), 'Arn'] },
      { 'Fn::GetAtt': [expect.stringMatching(/^CollectorMetricsLogGroup/), 'Arn'] },
      expect.objectContaining({
        'Fn::Join': ['', expect.arrayContaining([':log-group:/ecs/prometheus:*'])],
      }),
    ]);
  });

  it('create no log group but those that are named', () => {
    expect(allowing('logs:CreateLogGroup').map(({ Resource }) => JSON.stringify(Resource))).toEqual(
      [expect.stringContaining(':log-group:/ecs/prometheus"')],
    );
  });

  it('nothing else', () => {
    const actions = statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => Action);
    expect(new Set(actions)).toEqual(
      new Set([
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
        'ecs:DescribeTaskDefinition',
        'ecs:DescribeTasks',
        'ecs:ListTasks',
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        's3:GetObject',
        's3:ListBucket',
        's3:PutObject',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:SendMessage',
      ]),
    );
  });

  it('its code may not use the network permissions that Lambda needs', () => {
    const denied = statements.filter(({ Effect }) => Effect === 'Deny');
    const network = allowing('ec2:CreateNetworkInterface');
    expect(denied).toEqual([
      {
        Effect: 'Deny',
        Action: network[0]?.Action,
        Resource: '*',
        Condition: {
          ArnEquals: {
            'lambda:SourceFunctionArn': {
              'Fn::GetAtt': [expect.stringMatching(/^CollectorFunction/), 'Arn'],
            },
          },
        },
      },
    ]);
  });

  it('has the network permissions before it is made', () => {
    const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(lambda?.DependsOn).toContainEqual(expect.stringMatching(/^CollectorRoleNetwork/));
  });

  it('has no managed policy', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role'));
    // That of the CDK's helper, which empties the bucket when the stack is deleted, is not ours.
    const own = roles.filter(([id]) => id.startsWith('Collector'));
    expect(own).not.toEqual([]);
    for (const [, role] of own) expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('what the scheduler may do', () => {
  const template = collectorTemplate();
  const roles = Object.values(template.findResources('AWS::IAM::Role'));
  const role = roles.find(({ Properties }) => Properties.Policies !== undefined);

  it('start this function and nothing else', () => {
    const statements = role?.Properties.Policies.flatMap(
      (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
    );
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^CollectorFunction/), 'Arn'] },
      },
    ]);
  });

  it('only for the schedules of this account', () => {
    expect(role?.Properties.AssumeRolePolicyDocument.Statement[0].Condition).toEqual({
      StringEquals: {
        'aws:SourceAccount': { Ref: 'AWS::AccountId' },
        'aws:SourceArn': expect.anything(),
      },
    });
  });
});
