import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Duration, Lazy, Token } from 'aws-cdk-lib/core';
import { CollectorAlarms } from '../../../../infra/alarms/collector.ts';
import { Shards } from '../../../../infra/collector/shards/shards.ts';
import { definitionOf } from '../../state-machine.ts';
import { collectorStack, collectorTemplate } from '../../template.ts';

describe('a collector whose targets are divided', () => {
  const template = collectorTemplate({ shards: Shards.fixed(8) });

  it('has a function that discovers and one that collects, of the same bundle', () => {
    for (const [handler, timeout, memory] of [
      ['index.handler', 55, 512],
      ['index.discover', 30, 1024],
    ]) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        Handler: handler,
        ReservedConcurrentExecutions: Match.absent(),
        Timeout: timeout,
        MemorySize: memory,
        VpcConfig: Match.anyValue(),
        Environment: { Variables: { FARGAUGE_SHARDS: '8', FARGAUGE_CLUSTER: 'prod' } },
      });
    }
  });

  it('speaks of itself by the name of the function that collects', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'index.discover',
      Environment: {
        Variables: { FARGAUGE_COLLECTOR: { Ref: Match.stringLikeRegexp('^CollectorFunction') } },
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'index.handler',
      Environment: { Variables: { FARGAUGE_COLLECTOR: Match.absent() } },
    });
  });

  it('keeps the concurrent executions that are asked for, and one for the discovery', () => {
    const reserving = collectorTemplate({
      shards: Shards.fixed(8),
      reservedConcurrentExecutions: 10,
    });
    for (const [handler, concurrency] of [
      ['index.handler', 10],
      ['index.discover', 1],
    ]) {
      reserving.hasResourceProperties('AWS::Lambda::Function', {
        Handler: handler,
        ReservedConcurrentExecutions: concurrency,
      });
    }
  });

  it('refuses to keep fewer than it has shards', () => {
    expect(() =>
      collectorTemplate({ shards: Shards.fixed(8), reservedConcurrentExecutions: 7 }),
    ).toThrow('Expected `reservedConcurrentExecutions` to be a whole number of at least 8, got 7');
  });

  it('is begun by the schedule, which starts an Express workflow', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineType: 'EXPRESS',
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      Target: {
        Arn: { Ref: Match.stringLikeRegexp('^CollectorCycleStateMachine') },
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        DeadLetterConfig: Match.anyValue(),
      },
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      Description: 'Lets EventBridge Scheduler start the Fargauge collector',
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Action: 'states:StartExecution',
                Effect: 'Allow',
                Resource: { Ref: Match.stringLikeRegexp('^CollectorCycleStateMachine') },
              },
            ],
          },
        },
      ],
    });
  });

  it('may invoke its two functions and nothing else', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy'));
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    expect(
      statements.filter(({ Action }) => [Action].flat().includes('lambda:InvokeFunction')),
    ).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        Effect: 'Allow',
        Resource: [
          { 'Fn::GetAtt': [expect.stringMatching(/^CollectorDiscovery/), 'Arn'] },
          { 'Fn::GetAtt': [expect.stringMatching(/^CollectorFunction/), 'Arn'] },
        ],
      },
    ]);
  });

  it('logs the executions that fail, in a group that goes with the stack', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: Match.absent() },
    });
    template.resourceCountIs('AWS::Logs::LogGroup', 3);
    template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
  });

  it('reads and writes nothing in its bucket but states, lists, its manifest and a lease', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: ['s3:DeleteObject', 's3:GetObject'],
            Resource: [bucketPath('/state'), bucketPath('/state/*')],
          },
          { Action: 's3:GetObject', Resource: bucketPath('/state.lease') },
          {
            Action: 's3:PutObject',
            Resource: [bucketPath('/state.lease'), bucketPath('/state/*')],
          },
          { Action: 's3:ListBucket' },
        ],
      },
    });
  });
});

function bucketPath(path: string) {
  return {
    'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^CollectorBucket'), 'Arn'] }, path]],
  };
}

describe('the number of shards', () => {
  it('follows the targets where it is automatic', () => {
    collectorTemplate({ shards: Shards.automatic() }).hasResourceProperties(
      'AWS::Lambda::Function',
      {
        Handler: 'index.handler',
        Environment: {
          Variables: { FARGAUGE_SHARDS: '40', FARGAUGE_TARGETS_PER_SHARD: '1000' },
        },
      },
    );
  });

  it('takes a Standard workflow with a Distributed Map past 40', () => {
    const template = collectorTemplate({ shards: Shards.fixed(41) });
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineType: 'STANDARD',
    });
    expect(definitionOf(template).States.Shards).toMatchObject({
      Type: 'Map',
      MaxConcurrency: 41,
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'states:StartExecution',
            Resource: { Ref: Match.stringLikeRegexp('^CollectorCycleStateMachine') },
          },
          { Action: ['states:DescribeExecution', 'states:StopExecution'] },
        ],
      },
      Roles: [{ Ref: Match.stringLikeRegexp('^CollectorCycleRole') }],
    });
  });

  it.each([
    [Shards.fixed(0), 'Expected `shards` to be a whole number from 1 to 1000, got 0'],
    [Shards.fixed(1.5), 'Expected `shards` to be a whole number from 1 to 1000, got 1.5'],
    [Shards.fixed(1_001), 'Expected `shards` to be a whole number from 1 to 1000, got 1001'],
    [
      Shards.fixed(Token.asNumber(Lazy.any({ produce: () => 3 }))),
      'Expected `shards` to be a whole number from 1 to 1000, got one that is known at deployment only',
    ],
    [
      Shards.automatic({ targetsPerShard: 0 }),
      'Expected `targetsPerShard` to be a whole number of at least 1, got 0',
    ],
    [
      Shards.automatic({ max: -1 }),
      'Expected `shards` to be a whole number from 1 to 1000, got -1',
    ],
  ])('is refused where there cannot be so many: %#', (shards, message) => {
    expect(() => collectorTemplate({ shards })).toThrow(`[Stack/Collector] ${message}`);
  });

  it('leaves a cycle no longer than until the next one', () => {
    const props = { interval: Duration.minutes(5), timeout: Duration.minutes(2) };
    expect(() => collectorTemplate(props)).not.toThrow();
    expect(() => collectorTemplate({ ...props, shards: Shards.fixed(2) })).toThrow(
      '[Stack/Collector] Expected `timeout` to be at most 55 seconds beside `shards`, got 2 minutes',
    );
  });
});

describe('the alarms on a divided collector', () => {
  const { stack, collector } = collectorStack({ shards: Shards.automatic() });
  new CollectorAlarms(stack, 'Alarms', { collector });
  const template = Template.fromStack(stack);

  it('add up what its shards say', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'TargetsDown',
      Statistic: 'Sum',
    });
  });

  it('take it for silence only where all shards that have samples are silent', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'NothingPublished',
      Statistic: 'Minimum',
    });
  });

  it('look for shards that are late', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ShardsLate',
      Threshold: 0,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
    });
  });

  it('look for cycles that failed or were too late', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: 'Cycles of the collector fail for some or all of its shards',
      Metrics: Match.arrayWith([
        Match.objectLike({ MetricStat: { Metric: { MetricName: 'ExecutionsFailed' } } }),
        Match.objectLike({ MetricStat: { Metric: { MetricName: 'ExecutionsTimedOut' } } }),
      ]),
    });
  });
});

it('who may start a cycle starts that of all shards', () => {
  const { stack, collector } = collectorStack({ shards: Shards.fixed(2) });
  const role = new Role(stack, 'Other', { assumedBy: new AccountRootPrincipal() });
  collector.grantInvoke(role);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    Roles: [{ Ref: Match.stringLikeRegexp('^Other') }],
    PolicyDocument: {
      Statement: [
        {
          Action: 'states:StartExecution',
          Resource: { Ref: Match.stringLikeRegexp('^CollectorCycleStateMachine') },
        },
      ],
    },
  });
});
