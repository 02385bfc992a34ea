import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import type { AlarmActions } from '../../../infra/alarms/actions.ts';
import { CollectorAlarms } from '../../../infra/alarms/collector.ts';
import { PromQLServiceAlarms } from '../../../infra/alarms/promql-service.ts';
import { PromQLTaskAlarm } from '../../../infra/alarms/promql-task.ts';
import { ServiceAlarms } from '../../../infra/alarms/service.ts';
import { TaskAlarm } from '../../../infra/alarms/task.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { collectorStack } from '../template.ts';

const SERVICE = { clusterName: 'prod', serviceName: 'checkout' };

const OVER_OTLP = CollectorConfiguration.builtIn().withOutputs({
  type: 'otlp',
  endpoint: 'cloudwatch',
});

/** Each construct that makes alarms, and at least one alarm by it. */
const CONSTRUCTS: readonly (readonly [
  name: string,
  make: (stack: Stack, actions: AlarmActions) => unknown,
])[] = [
  [
    'TaskAlarm',
    (stack, actions) =>
      new TaskAlarm(stack, 'Alarm', {
        ...SERVICE,
        ...actions,
        metricName: 'ee_task_cpu_utilization_percent',
        threshold: 80,
        description: 'CPU',
      }),
  ],
  [
    'ServiceAlarms',
    (stack, actions) =>
      new ServiceAlarms(stack, 'Alarms', { ...SERVICE, ...actions }).taskCpuAlarm(),
  ],
  [
    'PromQLTaskAlarm',
    (stack, actions) =>
      new PromQLTaskAlarm(stack, 'Alarm', { ...actions, query: 'up == 0', description: 'Down' }),
  ],
  [
    'PromQLServiceAlarms',
    (stack, actions) => {
      const props = { ...SERVICE, ...actions, configuration: OVER_OTLP };
      const alarms = new PromQLServiceAlarms(stack, 'Alarms', props);
      alarms.taskCpuAlarm();
      alarms.collectorAbsentAlarm();
    },
  ],
  [
    'CollectorAlarms',
    (stack, actions) =>
      new CollectorAlarms(stack, 'Alarms', {
        collector: collectorStack({}, stack).collector,
        ...actions,
      }),
  ],
];

/** An action as a user may write one. */
function actionOn(alarmActionArn: string): IAlarmAction {
  return { bind: () => ({ alarmActionArn }) };
}

describe.each(CONSTRUCTS)('%s', (_, make) => {
  it('takes actions for each state that an alarm may have', () => {
    // GIVEN
    const stack = new Stack(new App(), 'Stack');

    // WHEN
    make(stack, {
      alarmActions: [actionOn('arn:one'), actionOn('arn:two')],
      okActions: [actionOn('arn:ok')],
      insufficientDataActions: [actionOn('arn:silent')],
    });

    // THEN
    Template.fromStack(stack).allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: ['arn:one', 'arn:two'],
      OKActions: ['arn:ok'],
      InsufficientDataActions: ['arn:silent'],
    });
  });

  it('tells a topic beside other actions', () => {
    // GIVEN
    const stack = new Stack(new App(), 'Stack');
    const arn = 'arn:aws:sns:eu-west-1:111122223333:people';
    const topic: ITopic = Topic.fromTopicArn(stack, 'Topic', arn);

    // WHEN
    make(stack, { topic, alarmActions: [actionOn('arn:one')] });

    // THEN
    Template.fromStack(stack).allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [arn, 'arn:one'],
      OKActions: [arn],
      InsufficientDataActions: Match.absent(),
    });
  });

  it('does nothing unless it is told to', () => {
    // GIVEN
    const stack = new Stack(new App(), 'Stack');

    // WHEN
    make(stack, {});

    // THEN
    const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.length).toBeGreaterThan(0);
    for (const { Properties } of alarms) {
      expect(Object.keys(Properties).filter((name) => name.endsWith('Actions'))).toEqual([]);
    }
  });
});
