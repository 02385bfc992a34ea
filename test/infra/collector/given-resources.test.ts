import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { type ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup, LogGroupClass } from 'aws-cdk-lib/aws-logs';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { App, Stack } from 'aws-cdk-lib/core';
import { CollectorAlarms } from '../../../infra/alarms/collector.ts';
import type { CollectorProps } from '../../../infra/collector/props.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { collectorStack } from '../template.ts';

function newStack(): Stack {
  return new Stack(new App(), 'Stack');
}

function lambdaRole(stack: Stack): Role {
  return new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
}

/** A configuration that names its log group. */
const NAMED = CollectorConfiguration.of({
  log_group_name: '/ecs/{ClusterName}',
  ecs_service_discovery: { docker_label: {} },
  scrape_configs: [{ job_name: 'ecs', ecs_discovered: true }],
});

describe('a role of the user', () => {
  // GIVEN
  const stack = newStack();

  // WHEN
  const { collector } = collectorStack({ role: lambdaRole(stack) }, stack);
  const template = Template.fromStack(stack);

  // THEN
  const mine = { Ref: Match.stringLikeRegexp('^Mine') };

  it('is that of the function', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Role: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'Arn'] },
    });
  });

  it('is the only one of a function: none is made', () => {
    expect(Object.keys(template.findResources('AWS::IAM::Role')).join()).not.toMatch(
      /CollectorRole/,
    );
  });

  it.each([
    'ecs:ListTasks',
    'ecs:DescribeTaskDefinition',
    'ec2:CreateNetworkInterface',
    's3:PutObject',
    'logs:PutLogEvents',
    'sqs:SendMessage',
  ])('may do %s', (action) => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) => JSON.stringify(Properties.Roles).includes('"Mine'),
    );
    const allowed = policies.flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(
        ({ Effect }: { Effect: string }) => Effect === 'Allow',
      ).flatMap(({ Action }: { Action: string | string[] }) => Action),
    );
    expect(allowed).toContain(action);
  });

  it('has its permissions before a function is made that needs them', () => {
    template.hasResource('AWS::Lambda::Function', {
      DependsOn: Match.arrayWith([
        Match.stringLikeRegexp('^CollectorPermissionsDiscovery'),
        Match.stringLikeRegexp('^CollectorPermissionsNetwork'),
      ]),
    });
  });

  it('keeps the code of the function from the network interfaces', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Effect: 'Deny' })] },
      Roles: [mine],
    });
  });

  it('is what is granted to', () => {
    expect(collector.roleArn).toBe((collector.grantPrincipal as IRole).roleArn);
  });
});

it('a role that cannot change gets no permission', () => {
  const stack = newStack();
  const role = Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/collector', {
    mutable: false,
  });
  collectorStack({ role }, stack);
  const template = Template.fromStack(stack);
  const roles = Object.values(template.findResources('AWS::IAM::Policy')).map(({ Properties }) =>
    JSON.stringify(Properties.Roles),
  );
  expect(roles.filter((names) => names.includes('collector'))).toEqual([]);
});

it('a role that exists and can change gets the permissions', () => {
  const stack = newStack();
  const role = Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/collector');
  collectorStack({ role }, stack);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Action: Match.arrayWith(['ecs:ListTasks']) }),
      ]),
    },
    Roles: ['collector'],
  });
});

describe('security groups of the user', () => {
  // GIVEN
  const stack = newStack();
  const group = (id: string): ISecurityGroup => SecurityGroup.fromSecurityGroupId(stack, id, id);

  // WHEN
  const { collector } = collectorStack({ securityGroups: [group('sg-1'), group('sg-2')] }, stack);
  collector.collectFrom(group('sg-tasks'));
  const template = Template.fromStack(stack);

  // THEN
  it('are those of the function', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SecurityGroupIds: ['sg-1', 'sg-2'] },
    });
  });

  it('are the only ones: none is made', () => {
    template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  });

  it.each(['sg-1', 'sg-2'])('are let in by the tasks: %s', (SourceSecurityGroupId) => {
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-tasks',
      FromPort: 9546,
      SourceSecurityGroupId,
    });
  });

  it('are not warned of where the tasks open their ports', () => {
    expect(Annotations.fromStack(stack).findWarning('/Stack/Collector', Match.anyValue())).toEqual(
      [],
    );
  });
});

describe('log groups of the user', () => {
  // GIVEN
  const stack = newStack();
  const group = (id: string) => new LogGroup(stack, id) as ILogGroup;
  const given = { logGroup: group('MyLog'), metricsLogGroup: group('MyMetrics') };

  // WHEN
  const { collector } = collectorStack(given, stack);
  const template = Template.fromStack(stack);

  // THEN
  it('are the only ones: none is made', () => {
    template.resourceCountIs('AWS::Logs::LogGroup', 2);
  });

  it('get the log of the function', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^MyLog') } },
    });
  });

  it('get the metrics', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { FARGAUGE_LOG_GROUP: { Ref: Match.stringLikeRegexp('^MyMetrics') } },
      },
    });
  });

  it.each(['MyLog', 'MyMetrics'])('may be written to: %s', (id) => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${id}`), 'Arn'] },
          }),
        ]),
      },
    });
  });

  it('are what the collector says', () => {
    expect(collector).toMatchObject(given);
  });
});

it('a log group that the configuration names, too, may be given', () => {
  const stack = newStack();
  const metricsLogGroup = LogGroup.fromLogGroupName(stack, 'Mine', '/ecs/prod');
  const { collector } = collectorStack({ configuration: NAMED, metricsLogGroup }, stack);
  expect(collector.metricsLogGroup).toBe(metricsLogGroup);
});

describe('a queue of the user', () => {
  // GIVEN
  const stack = newStack();
  const deadLetterQueue = new Queue(stack, 'Mine') as IQueue;

  // WHEN
  const { collector } = collectorStack({ deadLetterQueue }, stack);
  new CollectorAlarms(stack, 'Alarms', { collector });
  const template = Template.fromStack(stack);

  // THEN
  const arn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'Arn'] };

  it('gets the cycles that could not be started', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Target: { DeadLetterConfig: { Arn: arn } },
    });
  });

  it('gets the cycles that failed', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      DestinationConfig: { OnFailure: { Destination: arn } },
    });
  });

  it('may be written to by the schedule and the function', () => {
    const senders = Object.values(template.findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) => /sqs:SendMessage.*"Mine/.test(JSON.stringify(Properties)),
    );
    expect(senders).toHaveLength(2);
  });

  it('is watched', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      Dimensions: [
        {
          Name: 'QueueName',
          Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'QueueName'] },
        },
      ],
    });
  });

  it('is the only one: none is made', () => {
    template.resourceCountIs('AWS::SQS::Queue', 1);
  });
});

it('the function may run on x86-64', () => {
  const { stack } = collectorStack({ architecture: Architecture.X86_64 });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Architectures: ['x86_64'],
  });
});

describe('what cannot work is refused:', () => {
  it.each<[what: string, props: (stack: Stack) => Partial<CollectorProps>, message: string]>([
    [
      'a role that Lambda may not assume',
      (stack) => ({
        role: new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('ecs.amazonaws.com') }),
      }),
      'Expected `role` to trust lambda.amazonaws.com, got Stack/Mine',
    ],
    [
      'no security group',
      () => ({ securityGroups: [] }),
      'Expected at least one of `securityGroups`, got none',
    ],
    [
      'a log of a class of whose events CloudWatch makes no metrics',
      (stack) => ({
        logGroup: new LogGroup(stack, 'Mine', {
          logGroupClass: LogGroupClass.INFREQUENT_ACCESS,
        }) as ILogGroup,
      }),
      'Expected `logGroup` to be of the log class STANDARD, because CloudWatch extracts metrics from no other class, got INFREQUENT_ACCESS',
    ],
    [
      'events in such a class',
      (stack) => ({
        metricsLogGroup: new LogGroup(stack, 'Mine', {
          logGroupClass: LogGroupClass.INFREQUENT_ACCESS,
        }) as ILogGroup,
      }),
      'Expected `metricsLogGroup` to be of the log class STANDARD, because CloudWatch extracts metrics from no other class, got INFREQUENT_ACCESS',
    ],
    [
      'another log group than the configuration names',
      (stack) => ({
        configuration: NAMED,
        metricsLogGroup: new LogGroup(stack, 'Mine') as ILogGroup,
      }),
      'The configuration writes to /ecs/{ClusterName}: expected `metricsLogGroup` with that name, or a configuration without a log group',
    ],
    [
      'a log group of metrics without events',
      (stack) => ({
        configuration: CollectorConfiguration.builtIn().withOutputs({
          type: 'otlp',
          endpoint: 'cloudwatch',
        }),
        metricsLogGroup: new LogGroup(stack, 'Mine') as ILogGroup,
      }),
      'Expected no `metricsLogGroup`: the configuration writes no events into a log group of this account',
    ],
    [
      'a FIFO queue',
      (stack) => ({ deadLetterQueue: new Queue(stack, 'Mine', { fifo: true }) as IQueue }),
      'Expected `deadLetterQueue` to be a standard queue, because Lambda and EventBridge Scheduler cannot write to a FIFO queue, got Stack/Mine',
    ],
  ])('%s', (_, props, message) => {
    const stack = newStack();
    expect(() => collectorStack(props(stack), stack)).toThrow(
      new Error(`[Stack/Collector] ${message}`),
    );
  });
});
