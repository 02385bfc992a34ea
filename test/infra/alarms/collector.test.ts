import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { CollectorAlarms } from '../../../infra/alarms/collector.ts';
import { collectorStack } from '../template.ts';

const SELF = [
  { Name: 'Collector', Value: { Ref: Match.stringLikeRegexp('^CollectorFunction') } },
  { Name: 'service', Value: 'collector' },
];

describe('alarms on a collector', () => {
  // GIVEN
  const { stack, collector } = collectorStack();
  const topic = new Topic(stack, 'Topic');

  // WHEN
  new CollectorAlarms(stack, 'Alarms', { collector, topic, maxTargetsDown: 2 });
  const template = Template.fromStack(stack);

  // THEN
  it('go off when there was no cycle for 3 minutes, which is when there is no data', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: 'The collector has not finished a cycle for 3 minutes',
      Namespace: 'Fargauge/Collector',
      MetricName: 'CycleDuration',
      Dimensions: SELF,
      Statistic: 'SampleCount',
      Period: 60,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 3,
      DatapointsToAlarm: Match.absent(),
      TreatMissingData: 'breaching',
    });
  });

  it.each([
    ['TargetsDown', 'Maximum', 2, 3, 5],
    ['TargetsUnreachable', 'Maximum', 0, 3, 5],
    ['NothingPublished', 'Maximum', 0, 3, 5],
    ['DiscoveryErrors', 'Sum', 0, 3, 5],
    ['EventsRejected', 'Sum', 0, 2, 5],
    ['MetricsHeldBack', 'Sum', 0, 1, 1],
    ['ConfigurationRefused', 'Maximum', 0, 1, 1],
    ['StateFailures', 'Sum', 0, 3, 5],
  ])(
    'go off when %s, the %s, is above %d in %d of %d cycles',
    (MetricName, Statistic, Threshold, of, all) => {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'Fargauge/Collector',
        MetricName,
        Dimensions: SELF,
        Statistic,
        Threshold,
        ComparisonOperator: 'GreaterThanThreshold',
        DatapointsToAlarm: of,
        EvaluationPeriods: all,
        TreatMissingData: 'notBreaching',
      });
    },
  );

  it('go off when CloudWatch makes no metrics of events, of either log group', () => {
    const metric = (MetricName: string, group: string) =>
      Match.objectLike({
        MetricStat: Match.objectLike({
          Stat: 'Sum',
          Period: 60,
          Metric: {
            Namespace: 'AWS/Logs',
            MetricName,
            Dimensions: [{ Name: 'LogGroupName', Value: { Ref: Match.stringLikeRegexp(group) } }],
          },
        }),
        ReturnData: false,
      });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 0,
      Metrics: [
        Match.objectLike({
          Expression:
            'FILL(self_parsing, 0) + FILL(self_validation, 0) + FILL(tasks_parsing, 0) + FILL(tasks_validation, 0)',
        }),
        metric('EMFParsingErrors', '^CollectorLogGroup'),
        metric('EMFValidationErrors', '^CollectorLogGroup'),
        metric('EMFParsingErrors', '^CollectorMetricsLogGroup'),
        metric('EMFValidationErrors', '^CollectorMetricsLogGroup'),
      ],
    });
  });

  it('go off when something is in the dead-letter queue', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
    });
  });

  it('tell the topic', () => {
    const topics = [{ Ref: Match.stringLikeRegexp('^Topic') }];
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: topics,
      OKActions: topics,
    });
  });
});

it('a longer interval makes longer periods', () => {
  const { stack, collector } = collectorStack({ interval: Duration.minutes(5) });
  new CollectorAlarms(stack, 'Alarms', { collector });
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmDescription: 'The collector has not finished a cycle for 15 minutes',
    Period: 300,
    EvaluationPeriods: 3,
    AlarmActions: Match.absent(),
  });
});

it('a number of targets that is none is refused', () => {
  const { stack, collector } = collectorStack();
  expect(() => new CollectorAlarms(stack, 'Alarms', { collector, maxTargetsDown: -1 })).toThrow(
    new Error(
      '[Stack/Alarms] Expected `maxTargetsDown` to be a whole number of at least 0, got -1',
    ),
  );
});
