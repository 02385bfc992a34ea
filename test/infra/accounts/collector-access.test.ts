import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  CollectorAccess,
  type CollectorAccessProps,
} from '../../../infra/accounts/collector-access.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { collectorTemplate, placeIn } from '../template.ts';
import { accessStack, assumableBy, identityOf } from './access-role.ts';

const COLLECTOR = 'arn:aws:iam::111122223333:role/collector';

function accessTemplate(props: Partial<CollectorAccessProps> = {}): Template {
  const { stack } = accessStack();
  const { cluster } = placeIn(stack, 'Given');
  new CollectorAccess(stack, 'Access', {
    ...identityOf(COLLECTOR),
    clusters: [cluster],
    ...props,
  });
  return Template.fromStack(stack);
}

describe('the role of a workload account', () => {
  const template = accessTemplate({ roleName: 'fargauge' });

  it('can be assumed by one role of the other account, with the external id', () => {
    template.hasResourceProperties('AWS::IAM::Role', assumableBy(COLLECTOR, 'fargauge'));
  });

  it('reads the tasks of its clusters, and nothing else', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: [
              'ecs:DescribeContainerInstances',
              'ecs:DescribeServices',
              'ecs:DescribeTasks',
              'ecs:ListServices',
              'ecs:ListTasks',
            ],
            Effect: 'Allow',
            Resource: '*',
            Condition: {
              ArnLike: { 'ecs:cluster': ['arn:aws:ecs:eu-west-1:111122223333:cluster/prod'] },
            },
          },
          {
            Action: ['ec2:DescribeInstances', 'ecs:DescribeTaskDefinition'],
            Effect: 'Allow',
            Resource: '*',
          },
        ],
      },
    });
  });

  it.each([
    [{ listClusters: true }, 'ecs:ListClusters'],
    [{ clusterTags: true }, 'ecs:DescribeClusters'],
    [{ publicIps: true }, 'ec2:DescribeNetworkInterfaces'],
  ])('with %j it may use %s too', (props, action) => {
    const policies = (given: object) =>
      JSON.stringify(accessTemplate(given).findResources('AWS::IAM::Policy'));
    expect(policies(props)).toContain(action);
    expect(policies({})).not.toContain(action);
  });
});

it('the collector may assume the roles that its configuration names', () => {
  const role_arn = 'arn:aws:iam::444455556666:role/fargauge';
  const configuration = CollectorConfiguration.of({
    ecs_service_discovery: {
      docker_label: {},
      sd_targets: [{ clusters: ['*'], role_arn, external_id: 'shop-4711' }],
    },
  });
  collectorTemplate({ configuration }).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Resource: role_arn },
      ]),
    },
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
  [{ clusters: [] }, 'Expected at least one of `clusters`, got none'],
])('%j is refused', (props, message) => {
  expect(() => accessTemplate(props)).toThrow(new Error(`[Stack/Access] ${message}`));
});
