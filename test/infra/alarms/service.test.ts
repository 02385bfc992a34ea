import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import { ServiceAlarms, type ServiceAlarmsProps } from '../../../infra/alarms/service.ts';
import { TaskAlarm } from '../../../infra/alarms/task.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { collectorStack } from '../template.ts';

const SERVICE = { clusterName: 'prod', serviceName: 'checkout' };

function alarmsIn(stack: Stack, props: Partial<ServiceAlarmsProps> = {}): ServiceAlarms {
  return new ServiceAlarms(stack, 'Alarms', { ...SERVICE, ...props });
}

function newStack(): Stack {
  return new Stack(new App(), 'Stack');
}

/** A configuration of one rule. */
function rule(metric: string, dimensions: string[], label_matcher = '.*'): CollectorConfiguration {
  return CollectorConfiguration.of({
    emf_processor: {
      metric_namespace: 'Shop',
      metric_declaration: [
        {
          source_labels: ['ServiceName'],
          label_matcher,
          metric_selectors: [metric],
          dimensions: [dimensions],
        },
      ],
    },
  });
}

describe('alarms on the worst task of a service', () => {
  // GIVEN
  const stack = newStack();
  const topic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:people');
  const alarms = alarmsIn(stack, { configuration: CollectorConfiguration.detailed(), topic });

  // WHEN
  alarms.taskCpuAlarm();
  alarms.taskCpuAlarm({ maxCpuPercent: 100, datapointsToAlarm: 1, evaluationPeriods: 2 }, 'Full');
  alarms.taskMemoryAlarm({ treatMissingData: TreatMissingData.BREACHING });
  alarms.ephemeralStorageAlarm();
  alarms.taskRestartAlarm();
  const template = Template.fromStack(stack);

  // THEN
  it.each([
    ['ee_task_cpu_utilization_percent', 80, 3, 5, 'missing'],
    ['ee_task_cpu_utilization_percent', 100, 1, 2, 'missing'],
    ['ee_task_memory_utilization_percent', 90, 3, 5, 'breaching'],
    ['ee_task_ephemeral_storage_utilization_percent', 80, 3, 5, 'missing'],
    ['ee_container_restarts_total', 0, 2, 10, 'missing'],
  ])('%s goes off above %d in %d of %d minutes, without data: %s', (name, above, of, all, none) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Fargauge',
      MetricName: name,
      Dimensions: [
        { Name: 'ClusterName', Value: 'prod' },
        { Name: 'ServiceName', Value: 'checkout' },
      ],
      Statistic: 'Maximum',
      Period: 60,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: above,
      DatapointsToAlarm: of,
      EvaluationPeriods: all,
      TreatMissingData: none,
    });
  });

  it.each([
    'A task of checkout uses more than 80 % of its CPU limit',
    'A task of checkout uses more than 90 % of its memory limit',
    'A task of checkout uses more than 80 % of its ephemeral storage',
    'A task of checkout has a container that restarts more than 0 times a minute',
  ])('says what it is about: %s', (AlarmDescription) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmDescription });
  });

  it('tells the topic when it goes off and when it is over', () => {
    const arns = ['arn:aws:sns:eu-west-1:111122223333:people'];
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: arns,
      OKActions: arns,
      InsufficientDataActions: Match.absent(),
    });
  });
});

it('a rule with a namespace of its own decides about that of the alarm', () => {
  const stack = newStack();
  const configuration = CollectorConfiguration.of({
    emf_processor: {
      metric_namespace: 'Shop',
      metric_declaration: [
        {
          source_labels: ['ServiceName'],
          metric_namespace: 'Shop/Tasks',
          metric_selectors: ['^ee_task_cpu'],
          dimensions: [['ClusterName', 'ServiceName']],
        },
      ],
    },
  });
  alarmsIn(stack, { configuration }).taskCpuAlarm();
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'Shop/Tasks',
  });
});

describe('an alarm on each task', () => {
  const name = 'ee_task_cpu_utilization_percent';
  const configuration = rule(`^${name}$`, ['ClusterName', 'ServiceName', 'TaskId']);

  it('asks for a time series of each', () => {
    const stack = newStack();
    alarmsIn(stack, { configuration }).taskCpuAlarm({ eachTask: true });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 80,
      Metrics: [
        {
          Expression:
            `SELECT MAX("${name}") FROM SCHEMA("Shop", ClusterName, ServiceName, TaskId)` +
            " WHERE ClusterName = 'prod' AND ServiceName = 'checkout'" +
            ' GROUP BY TaskId ORDER BY MAX() DESC',
          Period: 60,
          ReturnData: true,
        },
      ],
    });
  });

  it('is refused where no rule publishes the id of the task', () => {
    expect(() => alarmsIn(newStack()).taskCpuAlarm({ eachTask: true })).toThrow(
      new Error(
        `[Stack/Alarms/TaskCpu] No rule of the built-in default produces the dimension TaskId; ${name} has [ClusterName, ServiceName] and [ClusterName, TaskDefinitionFamily]`,
      ),
    );
  });

  it('is refused where it looks back further than a query can', () => {
    const options = { eachTask: true, evaluationPeriods: 181 };
    expect(() => alarmsIn(newStack(), { configuration }).taskCpuAlarm(options)).toThrow(
      new Error(
        '[Stack/Alarms/TaskCpu] Expected `evaluationPeriods` to be at most 180 with `eachTask`, got 181',
      ),
    );
  });
});

describe('an alarm that would never have data', () => {
  const cpu = 'ee_task_cpu_utilization_percent';

  it.each([
    [
      'a metric that no rule publishes',
      CollectorConfiguration.builtIn(),
      'No rule of the built-in default publishes the metric ee_container_restarts_total: CollectorConfiguration.detailed() does',
      (alarms: ServiceAlarms) => alarms.taskRestartAlarm(),
      'TaskRestart',
    ],
    [
      'a dimension that no rule produces',
      rule(cpu, ['Cluster', 'ServiceName']),
      `No rule of the configuration object produces the dimension ClusterName; ${cpu} has [Cluster, ServiceName]`,
      (alarms: ServiceAlarms) => alarms.taskCpuAlarm(),
      'TaskCpu',
    ],
    [
      'dimensions under which it is not published',
      rule(cpu, ['ClusterName', 'ServiceName', 'TaskId']),
      `No rule of the configuration object publishes ${cpu} under [ClusterName, ServiceName], but under [ClusterName, ServiceName, TaskId]`,
      (alarms: ServiceAlarms) => alarms.taskCpuAlarm(),
      'TaskCpu',
    ],
    [
      'a service that no rule matches',
      rule(cpu, ['ClusterName', 'ServiceName'], '^cart$'),
      `The rules of the configuration object that publish ${cpu} under [ClusterName, ServiceName] do not match ClusterName=prod, ServiceName=checkout`,
      (alarms: ServiceAlarms) => alarms.taskCpuAlarm(),
      'TaskCpu',
    ],
  ])('because of %s is refused', (_, configuration, message, add, id) => {
    const alarms = alarmsIn(newStack(), { configuration });
    expect(() => add(alarms)).toThrow(new Error(`[Stack/Alarms/${id}] ${message}`));
  });

  it('because of a cluster that is not collected is refused', () => {
    const { stack, collector } = collectorStack();
    expect(() => alarmsIn(stack, { collector, clusterName: 'prdo' })).toThrow(
      new Error(
        '[Stack/Alarms] Expected `clusterName` to be a cluster that Stack/Collector collects, which are prod, got prdo',
      ),
    );
  });

  it('is not refused where the clusters are patterns', () => {
    const { stack, collector } = collectorStack({
      configuration: CollectorConfiguration.of({
        ecs_service_discovery: { sd_target_cluster: 'pr*', docker_label: {} },
      }),
    });
    expect(() => alarmsIn(stack, { collector, clusterName: 'prdo' })).not.toThrow();
  });
});

it('an alarm on a metric of containers says which configuration has it', () => {
  const props = { clusterName: 'prod', serviceName: 'checkout', threshold: 80 };
  const containers = { ...props, metricName: 'ee_container_cpu_utilization_percent' };
  expect(() => new TaskAlarm(newStack(), 'Alarm', { ...containers, description: '' })).toThrow(
    new Error(
      '[Stack/Alarm] No rule of the built-in default publishes the metric ee_container_cpu_utilization_percent: CollectorConfiguration.containerMetrics() does',
    ),
  );
});

describe('misuse', () => {
  it.each([
    ['', { maxCpuPercent: 101 }, '`maxCpuPercent` to be a percentage from 0 to 100, got 101'],
    ['', { maxCpuPercent: -1 }, '`maxCpuPercent` to be a percentage from 0 to 100, got -1'],
    ['', { maxCpuPercent: NaN }, '`maxCpuPercent` to be a percentage from 0 to 100, got NaN'],
    [
      '/TaskCpu',
      { datapointsToAlarm: 0 },
      '`datapointsToAlarm` to be a whole number of at least 1, got 0',
    ],
    [
      '/TaskCpu',
      { evaluationPeriods: 2.5 },
      '`evaluationPeriods` to be a whole number of at least 1, got 2.5',
    ],
    [
      '/TaskCpu',
      { datapointsToAlarm: 6 },
      '`datapointsToAlarm` to be at most the 5 of `evaluationPeriods`, got 6',
    ],
  ])('at %s: %j is refused', (place, options, message) => {
    expect(() => alarmsIn(newStack()).taskCpuAlarm(options)).toThrow(
      new Error(`[Stack/Alarms${place}] Expected ${message}`),
    );
  });

  it('so is one of an alarm on a metric in percent by itself', () => {
    const props = {
      clusterName: 'prod',
      serviceName: 'checkout',
      metricName: 'ee_task_cpu_utilization_percent',
      threshold: 100.5,
      description: 'Too busy',
    };
    expect(() => new TaskAlarm(newStack(), 'Alarm', props)).toThrow(
      new Error('[Stack/Alarm] Expected `threshold` to be a percentage from 0 to 100, got 100.5'),
    );
  });

  it.each([
    [
      (alarms: ServiceAlarms) => alarms.taskMemoryAlarm({ maxMemoryPercent: 200 }),
      'maxMemoryPercent',
    ],
    [
      (alarms: ServiceAlarms) => alarms.ephemeralStorageAlarm({ maxStoragePercent: 200 }),
      'maxStoragePercent',
    ],
  ])('so is a threshold that is no percentage: %#', (add, name) => {
    expect(() => add(alarmsIn(newStack()))).toThrow(
      new Error(`[Stack/Alarms] Expected \`${name}\` to be a percentage from 0 to 100, got 200`),
    );
  });
});
