import { describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { App, Stack } from 'aws-cdk-lib/core';
import { TaskCpuAlarm, type TaskCpuAlarmProps } from '../../infra/task-cpu-alarm.ts';
import { defaultDocument } from '../../lambda/config/default.ts';

function alarmTemplate(props: Partial<TaskCpuAlarmProps> = {}): Template {
  const stack = new Stack(new App(), 'Stack');
  new TaskCpuAlarm(stack, 'Alarm', { clusterName: 'prod', serviceName: 'checkout', ...props });
  return Template.fromStack(stack);
}

describe('an alarm on the CPU of the tasks of a service', () => {
  // GIVEN / WHEN
  const template = alarmTemplate();

  // THEN
  it('looks at the worst task: the maximum over the one metric of the service', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Fargauge',
      MetricName: 'ee_task_cpu_utilization_percent',
      Dimensions: [
        { Name: 'ClusterName', Value: 'prod' },
        { Name: 'ServiceName', Value: 'checkout' },
      ],
      Statistic: 'Maximum',
      Period: 60,
    });
  });

  it('goes off above 80 %', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 80,
    });
  });

  it('needs three of five minutes', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      DatapointsToAlarm: 3,
      EvaluationPeriods: 5,
    });
  });

  it('takes no data neither for well nor for ill', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { TreatMissingData: 'missing' });
  });

  it('says which service and which threshold', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: 'A task of checkout uses more than 80 % of its CPU limit',
    });
  });
});

it('the metric of the alarm is one that the collector publishes without a configuration', () => {
  const { emf_processor } = defaultDocument();
  const [alarm] = Object.values(alarmTemplate().findResources('AWS::CloudWatch::Alarm'));
  const { Namespace, MetricName, Dimensions } = alarm!.Properties;

  expect(emf_processor?.metric_namespace).toBe(Namespace);
  expect(emf_processor?.metric_declaration).toContainEqual(
    expect.objectContaining({
      metric_selectors: expect.arrayContaining([`^${MetricName}$`]),
      dimensions: [Dimensions.map(({ Name }: { Name: string }) => Name)],
    }),
  );
});

describe('what can be chosen', () => {
  it.each([
    ['the threshold', { maxCpuPercent: 42.5 }, { Threshold: 42.5 }],
    ['the lowest threshold', { maxCpuPercent: 0 }, { Threshold: 0 }],
    ['the highest threshold', { maxCpuPercent: 100 }, { Threshold: 100 }],
    [
      'how many minutes of how many',
      { datapointsToAlarm: 1, evaluationPeriods: 1 },
      { DatapointsToAlarm: 1, EvaluationPeriods: 1 },
    ],
    [
      'what missing data means',
      { treatMissingData: TreatMissingData.BREACHING },
      { TreatMissingData: 'breaching' },
    ],
  ])('%s', (_, props, properties) => {
    alarmTemplate(props).hasResourceProperties('AWS::CloudWatch::Alarm', properties);
  });
});

describe('misuse', () => {
  it.each([
    [
      { maxCpuPercent: 101 },
      '[Stack/Alarm] Expected `maxCpuPercent` to be a percentage from 0 to 100, got 101',
    ],
    [
      { maxCpuPercent: -1 },
      '[Stack/Alarm] Expected `maxCpuPercent` to be a percentage from 0 to 100, got -1',
    ],
    [
      { maxCpuPercent: Number.NaN },
      '[Stack/Alarm] Expected `maxCpuPercent` to be a percentage from 0 to 100, got NaN',
    ],
    [
      { datapointsToAlarm: 0 },
      '[Stack/Alarm] Expected `datapointsToAlarm` to be a whole number of at least 1, got 0',
    ],
    [
      { evaluationPeriods: 2.5 },
      '[Stack/Alarm] Expected `evaluationPeriods` to be a whole number of at least 1, got 2.5',
    ],
    [
      { datapointsToAlarm: 6 },
      '[Stack/Alarm] Expected `datapointsToAlarm` to be at most the 5 of `evaluationPeriods`, got 6',
    ],
  ])('%j is refused', (props, message) => {
    expect(() => alarmTemplate(props)).toThrow(new Error(message));
  });
});
