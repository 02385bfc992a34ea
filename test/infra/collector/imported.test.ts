import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { CollectorAlarms } from '../../../infra/alarms/collector.ts';
import { ServiceAlarms } from '../../../infra/alarms/service.ts';
import { Collector } from '../../../infra/collector/collector.ts';
import type { CollectorAttributes } from '../../../infra/collector/imported.ts';
import type { ICollector } from '../../../infra/collector/interface.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { CollectorDashboard } from '../../../infra/dashboards/collector.ts';
import { dashboardWidgets } from '../dashboard-body.ts';
import { IMAGE, placeIn } from '../template.ts';

const ENV = { account: '111122223333', region: 'eu-west-1' };
const OF_REGION = 'arn:aws:sqs:eu-west-1:111122223333';

interface Imported {
  readonly stack: Stack;
  readonly collector: ICollector;
}

/** A stack that imports a collector of another app, called `collector`. */
function importing(
  attributes: (stack: Stack) => Omit<CollectorAttributes, 'functionName'> = () => ({}),
): Imported {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  return {
    stack,
    collector: Collector.fromCollectorAttributes(stack, 'Collector', {
      functionName: 'collector',
      ...attributes(stack),
    }),
  };
}

function wholly(stack: Stack): Omit<CollectorAttributes, 'functionName'> {
  return {
    role: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/collector'),
    securityGroups: [
      SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0', {
        allowAllOutbound: false,
      }),
    ],
    logGroup: LogGroup.fromLogGroupName(stack, 'Log', '/fargauge/log'),
    metricsLogGroup: LogGroup.fromLogGroupName(stack, 'Metrics', '/fargauge/metrics'),
    deadLetterQueue: Queue.fromQueueArn(stack, 'Queue', `${OF_REGION}:letters`),
  };
}

it('an imported collector makes no resource', () => {
  const { stack } = importing(wholly);
  expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
});

describe('an imported collector has', () => {
  it('metrics', () => {
    const { collector } = importing();
    expect(collector.metricTargetsDown()).toMatchObject({
      namespace: 'Fargauge/Collector',
      dimensions: { service: 'collector', Collector: 'collector' },
      statistic: 'Maximum',
    });
  });

  it('alarms', () => {
    const { stack, collector } = importing((stack) => ({
      ...wholly(stack),
      interval: Duration.minutes(2),
    }));
    new CollectorAlarms(stack, 'Alarms', { collector });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'CycleDuration',
      Period: 120,
      Dimensions: Match.arrayWith([{ Name: 'Collector', Value: 'collector' }]),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      Dimensions: [{ Name: 'QueueName', Value: 'letters' }],
    });
    expect(JSON.stringify(template.toJSON())).toContain('/fargauge/metrics');
  });

  it('alarms on its shards', () => {
    const { stack, collector } = importing((stack) => ({
      stateMachine: StateMachine.fromStateMachineName(stack, 'Machine', 'cycle'),
    }));
    const { shardsFailed, shardsLate } = new CollectorAlarms(stack, 'Alarms', { collector });
    expect([shardsFailed, shardsLate]).not.toContain(undefined);
    expect(collector.metricTargetsDown().statistic).toBe('Sum');
  });

  it.each([
    ['emfErrors', '`logGroup` and `metricsLogGroup`'],
    ['deadLetters', '`deadLetterQueue`'],
  ] as const)('no alarm %s, with a warning, where it is imported without %s', (name, missing) => {
    const { stack, collector } = importing();
    const alarms = new CollectorAlarms(stack, 'Alarms', { collector });
    expect(alarms[name]).toBeUndefined();
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Alarms',
      `[Stack/Alarms] There is no alarm ${name}: import Stack/Collector with ${missing} [ack: fargauge:no-${name}]`,
    );
  });

  it('alarms on services, by its configuration', () => {
    const { stack, collector } = importing(() => ({
      configuration: CollectorConfiguration.detailed(),
    }));
    const names = { clusterName: 'prod', serviceName: 'checkout' };
    new ServiceAlarms(stack, 'Alarms', { ...names, collector }).taskRestartAlarm();
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ee_container_restarts_total',
    });
  });

  it('no alarm on a cluster that it does not collect', () => {
    const { stack, collector } = importing(() => ({ clusterNames: ['prod', 'test'] }));
    const names = { clusterName: 'prdo', serviceName: 'checkout' };
    expect(() => new ServiceAlarms(stack, 'Alarms', { ...names, collector })).toThrow(
      new Error(
        '[Stack/Alarms] Expected `clusterName` to be a cluster that Stack/Collector collects, which are prod, test, got prdo',
      ),
    );
  });

  it('a dashboard, with the worst tasks by its events', () => {
    const { stack, collector } = importing(wholly);
    const services = [{ clusterName: 'prod', serviceName: 'checkout' }];
    new CollectorDashboard(stack, 'Dashboard', { collector, services });
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('/fargauge/metrics');
  });
});

describe('an imported collector reaches', () => {
  it('a service, by rules of either side', () => {
    // GIVEN
    const { stack, collector } = importing(wholly);
    const taskDefinition = new FargateTaskDefinition(stack, 'Task');
    taskDefinition.addContainer('app', { image: IMAGE });
    const { cluster } = placeIn(stack, 'Place');
    const service = new FargateService(stack, 'Service', { cluster, taskDefinition });

    // WHEN
    collector.collectFrom(service);

    // THEN
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      SourceSecurityGroupId: 'sg-0123456789abcdef0',
      FromPort: 9546,
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      GroupId: 'sg-0123456789abcdef0',
      FromPort: 9546,
    });
  });

  it('nothing where its security groups are not known', () => {
    const { stack, collector } = importing();
    const tasks = SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef1');
    expect(() => collector.collectFrom(tasks)).toThrow(
      new Error(
        '[Stack/Collector] The security groups of this collector are not known: import it with `securityGroups`',
      ),
    );
  });
});

describe('what is granted', () => {
  it('to an imported collector is in a policy of its role', () => {
    const { stack, collector } = importing(wholly);
    Queue.fromQueueArn(stack, 'Given', `${OF_REGION}:given`).grantSendMessages(collector);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Roles: ['collector'],
      PolicyDocument: { Statement: [Match.objectLike({ Resource: `${OF_REGION}:given` })] },
    });
  });

  it('to it to assume is, too', () => {
    const { stack, collector } = importing(wholly);
    collector.assume('arn:aws:iam::444455556666:role/access');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Resource: 'arn:aws:iam::444455556666:role/access',
          },
        ],
      },
    });
  });

  it('has no effect where its role is not known', () => {
    const { stack, collector } = importing();
    const statement = new PolicyStatement({ actions: ['sqs:SendMessage'], resources: ['*'] });
    expect(collector.grantPrincipal.addToPrincipalPolicy(statement).statementAdded).toBe(true);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });

  it('to others is to start its cycle', () => {
    const { stack, collector } = importing();
    const caller = new Role(stack, 'Caller', {
      assumedBy: new ServicePrincipal('ecs.amazonaws.com'),
    });
    collector.grantInvoke(caller);
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'))).toContain(
      ':function:collector',
    );
  });

  it('to others is to start the state machine of its shards', () => {
    const { stack, collector } = importing((stack) => ({
      stateMachine: StateMachine.fromStateMachineName(stack, 'Machine', 'cycle'),
    }));
    const caller = new Role(stack, 'Caller', {
      assumedBy: new ServicePrincipal('ecs.amazonaws.com'),
    });
    collector.grantInvoke(caller);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'states:StartExecution' })] },
    });
  });
});

it('an imported collector warns of metrics that only its own app makes it publish', () => {
  const { stack, collector } = importing(wholly);
  new CollectorAlarms(stack, 'Alarms', { collector });
  new CollectorDashboard(stack, 'Dashboard', { collector, services: [] });
  const warnings = () =>
    Annotations.fromStack(stack).findWarning('/Stack/Collector', Match.anyValue());
  expect(warnings()).toEqual([]);
  collector.metricSamplesDropped();
  collector.metricTargetsDown();
  expect(warnings().map(({ entry }) => entry.data)).toEqual([
    expect.stringContaining(
      'The collector publishes SamplesDropped only if its own app reads it, or names it in FARGAUGE_OWN_METRICS',
    ),
    expect.stringContaining(
      'The collector publishes TargetsDown where it is 0 only if its own app reads it, or names it in FARGAUGE_OWN_METRICS',
    ),
  ]);
});

it('a dashboard of an imported collector without its log shows its metrics', () => {
  const { stack, collector } = importing();
  new CollectorDashboard(stack, 'Dashboard', { collector, services: [] });
  const { metrics } =
    dashboardWidgets(stack).find(({ properties }) => properties.title === 'Targets')?.properties ??
    {};
  expect(metrics?.map(([, name]) => name)).toEqual(['TargetsUp', 'TargetsDown']);
});
