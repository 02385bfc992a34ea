import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  DeliveryAccess,
  type DeliveryAccessProps,
} from '../../../infra/accounts/delivery-access.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { collectorStack, collectorTemplate } from '../template.ts';
import { accessStack, assumableBy, identityOf } from './access-role.ts';

const COLLECTOR = 'arn:aws:iam::444455556666:role/collector';
const ROLE = 'arn:aws:iam::111122223333:role/fargauge';

function deliveryStack(props: Partial<DeliveryAccessProps> = {}) {
  const { app, stack } = accessStack('111122223333');
  new DeliveryAccess(stack, 'Access', {
    ...identityOf(COLLECTOR),
    logGroups: [
      new LogGroup(stack, 'Made', { logGroupName: '/shop/made' }),
      LogGroup.fromLogGroupName(stack, 'There', '/shop/there'),
    ],
    ...props,
  });
  return { app, stack };
}

describe('the role of a central account', () => {
  const { app, stack } = deliveryStack({ roleName: 'fargauge' });
  const template = Template.fromStack(stack);

  it('can be assumed by one role of the other account, with the external id', () => {
    template.hasResourceProperties('AWS::IAM::Role', assumableBy(COLLECTOR, 'fargauge'));
  });

  it('writes into its log groups, and does nothing else', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy'));
    expect(policies.map((policy) => policy.Properties.PolicyDocument.Statement)).toEqual([
      [
        {
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Effect: 'Allow',
          Resource: [
            { 'Fn::GetAtt': [expect.stringMatching(/^Made/), 'Arn'] },
            {
              'Fn::Join': [
                '',
                [
                  'arn:',
                  { Ref: 'AWS::Partition' },
                  ':logs:eu-west-1:111122223333:log-group:/shop/there:*',
                ],
              ],
            },
          ],
        },
      ],
    ]);
  });

  it('gives cdk-nag nothing to find', () => {
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });
});

describe('a collector that writes as the role', () => {
  const native = (document: object) =>
    CollectorConfiguration.native(JSON.stringify({ log_group_name: '/shop/metrics', ...document }));
  const agent = (place: 'agent' | 'logs') => {
    const prometheus = { log_group_name: '/shop/metrics', prometheus_config_path: '/p.yaml' };
    const document = { agent: {}, logs: { metrics_collected: { prometheus } } };
    Object.assign(document[place], { credentials: { role_arn: ROLE } });
    return CollectorConfiguration.cloudWatchAgent(JSON.stringify(document), 'scrape_configs: []');
  };
  const foreign = { type: 'cloudwatch-logs', role_arn: ROLE, external_id: 'shop-4711' };
  const actionsOn = (template: Template) =>
    Object.values(template.findResources('AWS::IAM::Policy')).flatMap((policy) =>
      (policy.Properties.PolicyDocument.Statement as { Action: unknown; Resource: unknown }[]).map(
        ({ Action, Resource }) => [[Action].flat().join(), JSON.stringify(Resource)] as const,
      ),
    );

  it.each([
    ['a native document', native({ outputs: [foreign] })],
    ["the agent's, for all", agent('agent')],
    ["the agent's, for logs", agent('logs')],
  ])('may assume it, and may not write that log group itself: %s', (_, configuration) => {
    const actions = actionsOn(collectorTemplate({ configuration }));
    expect(actions).toContainEqual(['sts:AssumeRole', JSON.stringify(ROLE)]);
    expect(actions.filter(([, resource]) => resource.includes('/shop/metrics'))).toEqual([]);
  });

  it('may write it beside that where it writes as itself, too', () => {
    const configuration = native({ outputs: [{ type: 'cloudwatch-logs' }, foreign] });
    const actions = actionsOn(collectorTemplate({ configuration }));
    expect(actions).toContainEqual([
      'logs:CreateLogGroup,logs:CreateLogStream,logs:PutLogEvents',
      expect.stringContaining('log-group:/shop/metrics:*'),
    ]);
  });

  it('is warned of where the log group has a name that the other account cannot know', () => {
    const configuration = CollectorConfiguration.native(JSON.stringify({ outputs: [foreign] }));
    const { stack } = collectorStack({ configuration });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Collector',
      Match.stringLikeRegexp(`writes to CloudWatch Logs as ${ROLE}, into a log group whose name`),
    );
  });
});

it.each([
  [
    { collectorRoleArn: 'collector' },
    'Expected `collectorRoleArn` to be the ARN of a role, such as arn:aws:iam::111122223333:role/fargauge, got "collector"',
  ],
  [
    { externalId: 'a' },
    'Expected `externalId` to have 2 to 1224 letters, digits and + = , . @ : / - _, got "a"',
  ],
  [{ logGroups: [] }, 'Expected at least one of `logGroups`, got none'],
])('%j is refused', (props, message) => {
  expect(() => deliveryStack(props)).toThrow(new Error(`[Stack/Access] ${message}`));
});
