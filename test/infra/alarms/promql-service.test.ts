import { describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { AlarmRule, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Duration, Fn, Stack } from 'aws-cdk-lib/core';
import {
  PromQLServiceAlarms,
  type PromQLServiceAlarmsProps,
} from '../../../infra/alarms/promql-service.ts';
import { PromQLTaskAlarm } from '../../../infra/alarms/promql-task.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import type { NativeInput } from '../../../lambda/config/native/native.ts';
import { collectorStack } from '../template.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:people';
const OTLP = { type: 'otlp', endpoint: 'cloudwatch' } as const;
const SENDING = CollectorConfiguration.builtIn().withOutputs(OTLP);

const LABELS =
  '"@resource.aws.ecs.cluster.name"="prod", "@resource.aws.ecs.service.name"="checkout"';
const BY_TASK = 'max by ("@resource.aws.ecs.task.id"';

function newStack(env = {}): Stack {
  return new Stack(new App(), 'Stack', { env });
}

function alarmsIn(stack: Stack, props: Partial<PromQLServiceAlarmsProps> = {}) {
  return new PromQLServiceAlarms(stack, 'Alarms', {
    clusterName: 'prod',
    serviceName: 'checkout',
    ...(props.collector ? {} : { configuration: SENDING }),
    ...props,
  });
}

/** A configuration with one job of the containers that ECS discovery finds. */
function withJob(job: object, more: NativeInput = {}): CollectorConfiguration {
  return CollectorConfiguration.of({
    outputs: [OTLP],
    ecs_service_discovery: { sd_target_cluster: 'prod', docker_label: {} },
    scrape_configs: [{ job_name: 'ecs', ecs_discovered: true, ...job }],
    ...more,
  });
}

describe('alarms by PromQL on the tasks of a service', () => {
  // GIVEN
  const stack = newStack();
  const alarms = alarmsIn(stack, { topic: Topic.fromTopicArn(stack, 'Topic', TOPIC) });

  // WHEN
  alarms.taskCpuAlarm();
  alarms.taskCpuAlarm(
    {
      maxCpuPercent: 95.5,
      window: Duration.minutes(10),
      pendingPeriod: Duration.minutes(1),
      recoveryPeriod: Duration.minutes(3),
      evaluationInterval: Duration.seconds(30),
    },
    'Full',
  );
  alarms.taskMemoryAlarm();
  alarms.ephemeralStorageAlarm();
  alarms.taskRestartAlarm();
  alarms.collectorAbsentAlarm();
  const template = Template.fromStack(stack);

  // THEN
  it.each<[string, readonly number[], string]>([
    [
      `${BY_TASK}) (avg_over_time({"ee_task_cpu_utilization_percent", ${LABELS}}[300s])) > 80`,
      [60, 120, 300],
      'A task of checkout uses more than 80 % of its CPU limit',
    ],
    [
      `${BY_TASK}) (avg_over_time({"ee_task_cpu_utilization_percent", ${LABELS}}[600s])) > 95.5`,
      [30, 60, 180],
      'A task of checkout uses more than 95.5 % of its CPU limit',
    ],
    [
      `${BY_TASK}) (max_over_time({"ee_task_memory_utilization_percent", ${LABELS}}[300s])) > 90`,
      [60, 120, 300],
      'A task of checkout uses more than 90 % of its memory limit',
    ],
    [
      `${BY_TASK}) (max_over_time({"ee_task_ephemeral_storage_utilization_percent", ${LABELS}}[300s])) > 80`,
      [60, 120, 300],
      'A task of checkout uses more than 80 % of its ephemeral storage',
    ],
    [
      `${BY_TASK}, container_name) (max_over_time({"ee_container_restarts_total", ${LABELS}}[600s]) - min_over_time({"ee_container_restarts_total", ${LABELS}}[600s])) > 1`,
      [60, 0, 300],
      'A task of checkout has a container with more than 1 restarts in 10 minutes',
    ],
    [
      'absent({"up", "@resource.aws.ecs.cluster.name"="prod"})',
      [60, 300, 300],
      'CloudWatch gets no metrics of the cluster prod',
    ],
  ])('%s', (Query, [EvaluationInterval, PendingPeriod, RecoveryPeriod], AlarmDescription) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription,
      EvaluationInterval,
      EvaluationCriteria: { PromQLCriteria: { Query, PendingPeriod, RecoveryPeriod } },
    });
  });

  it('tells the topic when it goes off and when it is over', () => {
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [TOPIC],
      OKActions: [TOPIC],
    });
  });
});

it('an alarm by PromQL can be a part of a composite alarm of another stack', () => {
  // GIVEN
  const stack = newStack({ account: '111122223333', region: 'eu-west-1' });
  const alarm = alarmsIn(stack).taskCpuAlarm();
  const other = new Stack(App.of(stack) as App, 'Other', { env: stack });

  // WHEN
  new CompositeAlarm(other, 'Any', { alarmRule: AlarmRule.anyOf(alarm) });

  // THEN
  const { Outputs = {} } = Template.fromStack(stack).toJSON();
  const [logicalId = ''] = Object.keys(
    Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'),
  );
  expect(Object.values(Outputs)).toEqual([
    expect.objectContaining({ Value: { 'Fn::GetAtt': [logicalId, 'Arn'] } }),
  ]);
});

it('a service whose name only the deployment knows is asked for by it', () => {
  const stack = newStack();
  const topic = new Topic(stack, 'Named');
  alarmsIn(stack, { serviceName: topic.topicName }).taskCpuAlarm();
  const [alarm] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  const query = alarm?.Properties.EvaluationCriteria.PromQLCriteria.Query;
  expect(query['Fn::Join'][1]).toEqual([
    expect.stringMatching(/"@resource\.aws\.ecs\.service\.name"="$/),
    { 'Fn::GetAtt': [expect.stringMatching(/^Named/), 'TopicName'] },
    '"}[300s])) > 80',
  ]);
});

describe('an alarm that would never have data', () => {
  const cpu = (alarms: PromQLServiceAlarms) => alarms.taskCpuAlarm();
  const CPU = 'ee_task_cpu_utilization_percent';
  const drop = { source_labels: ['__name__'], regex: 'ee_task_.*', action: 'drop' };

  it.each<[string, CollectorConfiguration, string]>([
    [
      'no output to CloudWatch over OTLP',
      CollectorConfiguration.builtIn(),
      'Expected an output of the type otlp with the endpoint cloudwatch, but the built-in default has none',
    ],
    [
      'an output to another receiver only',
      CollectorConfiguration.builtIn().withOutputs({
        type: 'otlp',
        endpoint: 'http://collector:4318',
      }),
      'Expected an output of the type otlp with the endpoint cloudwatch, but the built-in default has none',
    ],
    [
      'samples that go to another Region',
      CollectorConfiguration.builtIn().withOutputs({ ...OTLP, region: 'us-east-1' }),
      'The samples of the built-in default go to CloudWatch in us-east-1, so eu-west-1 does not have them',
    ],
    [
      'samples that go to another account',
      CollectorConfiguration.builtIn().withOutputs({
        ...OTLP,
        role_arn: 'arn:aws:iam::444455556666:role/metrics',
      }),
      'The samples of the built-in default go to CloudWatch of the account 444455556666, so 111122223333 does not have them',
    ],
    [
      'samples without an attribute that the query reads',
      CollectorConfiguration.builtIn().withOutputs({
        ...OTLP,
        attributes: ['ServiceName', 'aws.ecs.task.id'],
      }),
      'Expected `attributes` of the output to CloudWatch to name those that queries read, but they lack aws.ecs.cluster.name',
    ],
    [
      'a service that is not collected',
      withJob(
        {},
        {
          ecs_service_discovery: {
            sd_target_cluster: 'prod',
            service_name_list_for_tasks: [
              { sd_service_name_pattern: '^cart$', sd_metrics_ports: '9546' },
            ],
          },
        },
      ),
      'No sd_service_name_pattern of the configuration object matches the service checkout: ^cart$',
    ],
    [
      'a metric that is dropped',
      withJob({ metric_relabel_configs: [drop] }),
      `The metric_relabel_configs of the job ecs drop ${CPU}`,
    ],
    [
      'a metric that is not among those that are kept',
      withJob({ metric_relabel_configs: [{ ...drop, regex: 'ee_container_.*', action: 'keep' }] }),
      `The metric_relabel_configs of the job ecs drop ${CPU}`,
    ],
    [
      'a metric that is renamed',
      withJob({
        metric_relabel_configs: [
          {
            source_labels: ['__name__'],
            regex: 'ee_(.*)',
            target_label: '__name__',
            replacement: 'ecs_$1',
          },
        ],
      }),
      `The metric_relabel_configs of the job ecs rename ${CPU} to ecs_task_cpu_utilization_percent`,
    ],
    [
      'a label that the targets lose',
      withJob({ relabel_configs: [{ regex: 'Service.*', action: 'labeldrop' }] }),
      'The relabel_configs of the job ecs leave its targets no label ServiceName with checkout',
    ],
    [
      'a cluster that the targets are not known by',
      withJob({ relabel_configs: [{ regex: '(Task)?ClusterName', action: 'labeldrop' }] }),
      'The relabel_configs of the job ecs leave its targets no label ClusterName or TaskClusterName with prod',
    ],
    [
      'targets of the service that are dropped',
      withJob({
        relabel_configs: [{ source_labels: ['ServiceName'], regex: 'cart', action: 'keep' }],
      }),
      'The relabel_configs of the job ecs drop the targets',
    ],
    [
      'targets of aws_sd_configs without labels of their own',
      CollectorConfiguration.of({
        outputs: [OTLP],
        scrape_configs: [
          { job_name: 'tasks', aws_sd_configs: [{ role: 'ecs', region: 'eu-west-1' }] },
        ],
      }),
      'The relabel_configs of the job tasks leave its targets no label ClusterName or TaskClusterName with prod',
    ],
  ])('because of %s is refused', (_, configuration, message) => {
    const stack = newStack({ account: '111122223333', region: 'eu-west-1' });
    expect(() => cpu(alarmsIn(stack, { configuration }))).toThrow(
      new Error(`[Stack/Alarms/TaskCpu] ${message}`),
    );
  });

  it.each<[string, CollectorConfiguration]>([
    [
      'whatever other labels decide',
      withJob({
        metric_relabel_configs: [
          { source_labels: ['container_name'], regex: '_task_', action: 'drop' },
        ],
      }),
    ],
    [
      'a metric that another job keeps',
      withJob(
        { metric_relabel_configs: [drop] },
        {
          scrape_configs: [
            { job_name: 'ecs', ecs_discovered: true, metric_relabel_configs: [drop] },
            { job_name: 'static', static_configs: [{ targets: ['127.0.0.1:9546'] }] },
          ],
        },
      ),
    ],
    [
      'labels that are made of others',
      CollectorConfiguration.of({
        outputs: [OTLP],
        scrape_configs: [
          {
            job_name: 'tasks',
            aws_sd_configs: [{ role: 'ecs', region: 'eu-west-1' }],
            relabel_configs: [
              { source_labels: ['__meta_ecs_cluster'], target_label: 'ClusterName' },
              { source_labels: ['__meta_ecs_service'], target_label: 'ServiceName' },
            ],
          },
        ],
      }),
    ],
    [
      'the address of CloudWatch in place of its name',
      CollectorConfiguration.builtIn().withOutputs({
        type: 'otlp',
        endpoint: 'https://monitoring.eu-west-1.amazonaws.com/v1/metrics',
      }),
    ],
    [
      'a Region that only the deployment knows',
      CollectorConfiguration.builtIn().withOutputs({ ...OTLP, region: Fn.importValue('region') }),
    ],
    [
      'a role that only the deployment knows',
      CollectorConfiguration.builtIn().withOutputs({ ...OTLP, role_arn: Fn.importValue('role') }),
    ],
    ['a configuration that nothing is known of', CollectorConfiguration.remote('ssm:/fargauge')],
  ])('because of %s is not refused', (_, configuration) => {
    const stack = newStack({ account: '111122223333', region: 'eu-west-1' });
    expect(() => cpu(alarmsIn(stack, { configuration }))).not.toThrow();
  });

  it('because of what metric relabeling drops is no matter to the collector being absent', () => {
    const configuration = withJob({
      metric_relabel_configs: [{ source_labels: ['__name__'], regex: '.*', action: 'drop' }],
    });
    expect(() => alarmsIn(newStack(), { configuration }).collectorAbsentAlarm()).not.toThrow();
  });

  it('because of a cluster that is not collected is refused', () => {
    const { stack, collector } = collectorStack({ configuration: SENDING });
    expect(() => alarmsIn(stack, { collector, clusterName: 'prdo' })).toThrow(
      new Error(
        '[Stack/Alarms] Expected `clusterName` to be a cluster that Stack/Collector collects, which are prod, got prdo',
      ),
    );
  });
});

describe('misuse', () => {
  it('without a collector or a configuration is refused', () => {
    const props = { clusterName: 'prod', serviceName: 'checkout' };
    expect(() => new PromQLServiceAlarms(newStack(), 'Alarms', props)).toThrow(
      new Error('[Stack/Alarms] Expected `collector` or `configuration`, got neither'),
    );
  });

  it.each<[(alarms: PromQLServiceAlarms) => unknown, string]>([
    [
      (alarms) => alarms.taskCpuAlarm({ maxCpuPercent: 101 }),
      '[Stack/Alarms] Expected `maxCpuPercent` to be a percentage from 0 to 100, got 101',
    ],
    [
      (alarms) => alarms.taskMemoryAlarm({ maxMemoryPercent: -1 }),
      '[Stack/Alarms] Expected `maxMemoryPercent` to be a percentage from 0 to 100, got -1',
    ],
    [
      (alarms) => alarms.ephemeralStorageAlarm({ maxStoragePercent: Number.NaN }),
      '[Stack/Alarms] Expected `maxStoragePercent` to be a percentage from 0 to 100, got NaN',
    ],
    [
      (alarms) => alarms.taskRestartAlarm({ maxRestarts: 0.5 }),
      '[Stack/Alarms] Expected `maxRestarts` to be a whole number of at least 0, got 0.5',
    ],
    [
      (alarms) => alarms.taskCpuAlarm({ window: Duration.seconds(119) }),
      '[Stack/Alarms/TaskCpu] Expected `window` to be from 2 minutes, two intervals of the collector, to 7 days, got 1 minute 59 seconds',
    ],
    [
      (alarms) => alarms.taskCpuAlarm({ window: Duration.days(8) }),
      '[Stack/Alarms/TaskCpu] Expected `window` to be from 2 minutes, two intervals of the collector, to 7 days, got 8 days',
    ],
    [
      (alarms) => alarms.taskCpuAlarm({ evaluationInterval: Duration.seconds(9) }),
      '[Stack/Alarms/TaskCpu] Expected `evaluationInterval` to be from 10 seconds to 1 hour, got 9 seconds',
    ],
    [
      (alarms) => alarms.taskMemoryAlarm({ pendingPeriod: Duration.hours(25) }),
      '[Stack/Alarms/TaskMemory] Expected `pendingPeriod` to be from 0 seconds to 1 day, got 1 day 1 hour',
    ],
    [
      (alarms) => alarms.collectorAbsentAlarm({ recoveryPeriod: Duration.days(2) }),
      '[Stack/Alarms/CollectorAbsent] Expected `recoveryPeriod` to be from 0 seconds to 1 day, got 2 days',
    ],
    [
      (alarms) => new PromQLTaskAlarm(alarms, 'Own', { query: '', description: 'Nothing' }),
      '[Stack/Alarms/Own] Expected `query` to have 1 to 10000 characters, got 0',
    ],
  ])('%s is refused', (add, message) => {
    expect(() => add(alarmsIn(newStack()))).toThrow(new Error(message));
  });

  it('with a window that is too short for the interval of the collector is refused', () => {
    const { stack, collector } = collectorStack({
      configuration: SENDING,
      interval: Duration.minutes(5),
    });
    expect(() => alarmsIn(stack, { collector }).taskCpuAlarm()).toThrow(
      '[Stack/Alarms/TaskCpu] Expected `window` to be from 10 minutes',
    );
  });
});
