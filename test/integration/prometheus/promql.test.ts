import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { PromQLServiceAlarms } from '../../../infra/alarms/promql-service.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { PromQLDashboard } from '../../../infra/dashboards/promql.ts';
import { RESOURCE_PREFIX } from '../../../infra/metrics/promql.ts';
import { otlpOutput } from '../../../lambda/outputs/otlp/otlp.ts';
import { dashboardWidgets } from '../../infra/dashboard-body.ts';
import { collectorStack } from '../../infra/template.ts';
import { PROMETHEUS_3 } from '../support/places.ts';
import {
  type MeasuredTask,
  startTask,
  type TaskFigures,
} from '../support/prometheus/measured-task.ts';
import { cycle, MINUTE } from '../support/prometheus/observed-app.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus/prometheus.ts';

/** Names as they are sent, and the attributes of a task that queries ask for. */
const CONFIG = `
otlp:
  translation_strategy: NoTranslation
  promote_resource_attributes: [aws.ecs.cluster.name, aws.ecs.service.name, aws.ecs.task.id]
`;

const CYCLES = 18;
const SERVICE = { clusterName: 'prod', serviceName: 'checkout' };
const ONE = { 'aws.ecs.task.id': 'one' };
const TWO = { 'aws.ecs.task.id': 'two' };

/** What is true of a task in each minute. */
const TASKS: Readonly<Record<string, (minute: number) => TaskFigures>> = {
  one: (minute) => ({
    cpuPercent: minute >= 3 && minute <= 8 ? 95 : 20,
    memoryPercent: 50,
    storagePercent: 85,
    bytesPerSecond: 1_000,
    restarts: 7,
  }),
  two: (minute) => ({
    cpuPercent: 40,
    memoryPercent: minute === 4 ? 91 : 60,
    bytesPerSecond: 3_000,
    restarts: Math.min(Math.max(minute - 4, 0), 2),
  }),
  // Of another service.
  other: () => ({ cpuPercent: 99, memoryPercent: 99, storagePercent: 99, restarts: 0 }),
};

/** CloudWatch's names of a resource's attributes, as Prometheus has them: without the prefix. All else of a query stays. */
function forPrometheus(query: string): string {
  return query.replaceAll(`"${RESOURCE_PREFIX}`, '"');
}

/** The queries of alarms by their ids, and those of the dashboard by title and label, as they are synthesized. */
function synthesized() {
  const { stack, collector } = collectorStack({
    configuration: CollectorConfiguration.builtIn().withOutputs({
      type: 'otlp',
      endpoint: 'cloudwatch',
    }),
  });
  const alarms = new PromQLServiceAlarms(stack, 'Alarms', { ...SERVICE, collector });
  alarms.taskCpuAlarm();
  alarms.taskMemoryAlarm();
  alarms.ephemeralStorageAlarm();
  alarms.taskRestartAlarm();
  alarms.collectorAbsentAlarm();
  new PromQLDashboard(stack, 'Dashboard', { collector, services: [SERVICE] });
  const resources = Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm');
  const ofAlarms = Object.entries(resources).map(([id, { Properties }]) => [
    id.replace(/^Alarms(\w+?)[0-9A-F]{8}$/, '$1'),
    Properties.EvaluationCriteria.PromQLCriteria.Query as string,
  ]);
  const charts = dashboardWidgets(stack).flatMap(({ properties: { title, data } }) =>
    (data?.queries ?? []).map(({ label, query }) => [`${title}, ${label ?? 'each'}`, query]),
  );
  return { alarms: Object.fromEntries(ofAlarms), charts: Object.fromEntries(charts) };
}

describe('PromQL of what is sent over OTLP', () => {
  const { alarms, charts } = synthesized();
  const start = Math.floor(Date.now() / 1000) * 1000 - CYCLES * MINUTE;
  let prometheus: Prometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus(PROMETHEUS_3, ['--web.enable-otlp-receiver'], CONFIG);
    const tasks: [MeasuredTask, (minute: number) => TaskFigures][] = [];
    for (const [id, figures] of Object.entries(TASKS)) {
      tasks.push([await startTask('prod', id === 'other' ? 'cart' : 'checkout', id), figures]);
    }
    const output = otlpOutput({ name: 'otlp', url: `${prometheus.url}/api/v1/otlp/v1/metrics` });
    for (let minute = 0; minute < CYCLES; minute++) {
      for (const [task, figures] of tasks) task.measure(figures(minute));
      const targets = tasks.map(([{ target }]) => target);
      const report = await cycle(output, targets, start + minute * MINUTE);
      expect(report).toMatchObject({ rejected: {}, errors: [] });
    }
    for (const [task] of tasks) await task[Symbol.asyncDispose]();
  });
  afterAll(async () => prometheus[Symbol.asyncDispose]());

  /** What a query gives half a minute after a cycle. */
  function ask(query: string, minute: number) {
    return prometheus.query(forPrometheus(query), start + (minute + 0.5) * MINUTE);
  }

  it('has a query for each alarm and chart', () => {
    expect(Object.keys(alarms)).toEqual([
      ...['TaskCpu', 'TaskMemory', 'EphemeralStorage', 'TaskRestart', 'CollectorAbsent'],
    ]);
    expect(Object.keys(charts)).toHaveLength(12);
  });

  it.each<[string, Record<number, readonly object[]>]>([
    // The mean of the last five samples: 20, 95, 95, 95, 95 is no more than 80.
    ['TaskCpu', { 2: [], 6: [], 7: [ONE], 8: [ONE], 9: [], 17: [] }],
    ['TaskMemory', { 3: [], 4: [TWO], 8: [TWO], 9: [] }],
    ['EphemeralStorage', { 0: [ONE], 17: [ONE] }],
    [
      'TaskRestart',
      {
        5: [],
        6: [{ ...TWO, container_name: 'app' }],
        13: [{ ...TWO, container_name: 'app' }],
        // The first restart is between a sample that is too old and the first one in the window.
        14: [],
      },
    ],
    ['CollectorAbsent', { 0: [], 17: [], 21: [], 23: [{ 'aws.ecs.cluster.name': 'prod' }] }],
  ])('%s has the tasks that it is about as contributors', async (alarm, expected) => {
    const contributors: Record<string, readonly object[]> = {};
    for (const minute of Object.keys(expected)) {
      const series = await ask(alarms[alarm] ?? '', Number(minute));
      contributors[minute] = series.map(({ labels }) => labels);
    }
    expect(contributors).toEqual(expected);
  });

  it('says that another cluster is absent all the time', async () => {
    const other = (alarms.CollectorAbsent ?? '').replace('prod', 'test');
    expect(await ask(other, 10)).toHaveLength(1);
  });

  it.each<[string, readonly number[]]>([
    ['CPU of the tasks, worst task', [95]],
    ['CPU of the tasks, p99', [40 + 0.99 * 55]],
    ['CPU of the tasks, average', [67.5]],
    ['Memory of the tasks, worst task', [60]],
    ['Memory of the tasks, p99', [50 + 0.99 * 10]],
    ['Memory of the tasks, average', [55]],
    ['Busiest tasks, each', [95, 40]],
    ['Fullest tasks, each', [60, 50]],
    ['Network, received, busiest task', [3_000]],
    ['Network, sent, busiest task', [3_000]],
    ['Restarts of containers, all tasks', [2]],
    ['Ephemeral storage, fullest task', [85]],
  ])('the chart %s shows %j', async (title, expected) => {
    const values = (await ask(charts[title] ?? '', 7)).map((series) => series.values[0]?.[1]);
    expect(values).toHaveLength(expected.length);
    for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, 9);
  });
});
