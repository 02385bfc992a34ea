import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DemoCycle, runDemo } from '../../cli/demo/demo.ts';
import { usageOf } from '../../cli/demo/task/usage.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { remoteWriteOutput } from '../../lambda/outputs/remote-write/remote-write.ts';
import { FILES, readDashboard, withVariables } from '../grafana/dashboard.ts';
import { readExposition, seriesName } from './support/exposition.ts';
import { cycle } from './support/observed-app.ts';
import { PROMETHEUS, ROOT } from './support/places.ts';
import { type Prometheus, type QueriedSeries, startPrometheus } from './support/prometheus.ts';
import { STEADY, startSteadyTask } from './support/steady-task.ts';

const CONFIG = readFileSync(join(ROOT, 'cli/demo/fargauge.yaml'), 'utf8');

const INTERVAL_MS = 4_000;

/** The cycle after which what is counted begins to count, and the last one with all tasks. */
const FIRST = 3;
const LAST = 13;

/** The demo's tasks. */
const IDLE = 'a1'.repeat(16);
const WEB = 'b2'.repeat(16);
const WORKER = 'c3'.repeat(16);

/** What a reading of the system, and one of the application, say at a time in milliseconds. */
interface Truth {
  readonly at: number;
  /** CPU seconds of the applications, by task. */
  readonly cpu: Readonly<Record<string, number>>;
  /** What the web application exposes. */
  readonly app: ReadonlyMap<string, number>;
}

/** A query of a dashboard. */
interface Query {
  readonly name: string;
  readonly promql: string;
}

const QUERIES: readonly Query[] = FILES.flatMap((file) =>
  readDashboard(file).panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => ({ name: `${file}: ${title}, ${refId}`, promql: expr })),
  ),
);

describe("Grafana's dashboards over the demo", () => {
  const truths = new Map<number, Truth>();
  let prometheus: Prometheus;
  let steadyId = '';
  let first: Truth;
  let last: Truth;
  /** When a sidecar was gone, and when all tasks of the demo were. */
  let downAt = 0;
  let stoppedAt = 0;

  beforeAll(async () => {
    prometheus = await startPrometheus(PROMETHEUS, ['--web.enable-remote-write-receiver']);
    const url = `${prometheus.url}/api/v1/write`;
    const output = remoteWriteOutput({ name: 'demo', url });
    const another = remoteWriteOutput({ name: 'steady', url });
    await using steady = await startSteadyTask('demo');
    steadyId = steady.taskId;
    const stop = new AbortController();
    const pending: Promise<unknown>[] = [];
    await runDemo({
      config: await loadConfig({
        env: { FARGAUGE_CONFIG: CONFIG },
        readFile: () => Promise.reject(new Error('no file is read')),
      }),
      intervalMs: INTERVAL_MS,
      once: false,
      thresholdPercent: 80,
      outputs: [output],
      onCycle: (done) => {
        if (done.number <= LAST) pending.push(cycle(another, [steady.target], Date.now()));
        if (done.number === FIRST || done.number === LAST) {
          pending.push(truthOf(done).then((truth) => truths.set(done.number, truth)));
        }
        if (done.number === LAST - 3) steady.restart();
        if (done.number === LAST) process.kill(sidecarOf(done, IDLE), 'SIGKILL');
        if (done.number === LAST + 1) {
          downAt = Date.now();
          stop.abort();
        }
      },
      stop: stop.signal,
    });
    // The demo has ended its tasks: a cycle in which ECS knows none of them.
    pending.push(cycle(output, [], Date.now()));
    for (const one of await Promise.all(pending)) {
      if (isReport(one)) expect(one).toMatchObject({ rejected: {}, errors: [] });
    }
    first = truths.get(FIRST)!;
    last = truths.get(LAST)!;
    stoppedAt = Date.now();
  }, 120_000);
  afterAll(async () => prometheus[Symbol.asyncDispose]());

  /** What a query of a dashboard gives when all tasks were there, its variables as Grafana sets them for "All". */
  function ask(promql: string, at = last.at): Promise<QueriedSeries[]> {
    const seconds = Math.round((last.at - first.at) / 1000);
    const values = {
      cluster: 'demo',
      service: '.*',
      task: '.*',
      requests: 'http_requests_total',
      duration: 'http_request_duration_seconds',
      __rate_interval: `${seconds}s`,
    };
    return prometheus.query(withVariables(promql, values), at);
  }

  /** The value of each series, by task where it has one. */
  async function shown(name: string, at?: number): Promise<Record<string, number>> {
    const query = QUERIES.find((each) => each.name === name);
    const series = await ask(query?.promql ?? name, at);
    return Object.fromEntries(
      series.map(({ labels, values }) => [
        [labels.TaskId ?? labels.status ?? '', labels.container_name ?? '']
          .filter(Boolean)
          .join(' '),
        values[0]?.[1] ?? Number.NaN,
      ]),
    );
  }

  it.each(QUERIES.map(({ name, promql }) => [name, promql]))('%s has data', async (_, promql) => {
    const series = await ask(promql);
    expect(series.length).toBeGreaterThan(0);
    for (const { labels, values } of series) {
      const value = values[0]?.[1];
      expect({ labels, value, sensible: Number.isFinite(value) && Number(value) >= 0 }).toEqual({
        ...{ labels, value },
        sensible: true,
      });
    }
  });

  describe.each(FILES)('%s', (file) => {
    const variables = readDashboard(file).templating.list.filter(({ type }) => type === 'query');

    it.each(variables.map(({ name, query }) => [name, query] as const))(
      'offers what there is of %s',
      async (name, query) => {
        const text = typeof query === 'string' ? query : query.query;
        const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(text) ?? [];
        const values = { cluster: 'demo', service: '.*' };
        const offered = await prometheus.labelValues(label, withVariables(selector, values));
        const ofAll: Record<string, readonly string[]> = {
          cluster: ['demo'],
          service: ['orders', 'web', 'worker'],
          task: [IDLE, WEB, WORKER, steadyId].sort(),
        };
        const ofNode: typeof ofAll = { cluster: ['demo'], service: ['web'], task: [WEB] };
        expect(offered).toEqual((file === 'task-overview.json' ? ofAll : ofNode)[name]);
      },
    );
  });

  describe('task-overview.json', () => {
    it('counts the tasks, and what is wrong with them', async () => {
      expect(await shown('task-overview.json: Tasks, A')).toEqual({ '': 4 });
      expect(await shown('task-overview.json: Targets down, A')).toEqual({ '': 0 });
      expect(await shown('task-overview.json: Restarts, A')).toEqual({ '': 1 });
      expect(await shown('task-overview.json: Out of memory, A')).toEqual({ '': 0 });
    });

    it.each([WEB, WORKER])('shows the CPU of %s as the system counted it', async (task) => {
      const promql = QUERIES.find(({ name }) => name === 'task-overview.json: CPU of each task, A');
      const span = `[${Math.round((last.at - first.at) / 1000)}s:1s]`;
      const mean = await shown(`avg_over_time((${promql?.promql})${span})`);
      const seconds = (last.at - first.at) / 1000;
      const counted = ((last.cpu[task]! - first.cpu[task]!) / seconds) * 100;
      // The task has a sidecar, too, which needs next to nothing.
      expect(Math.abs(mean[task]! - counted)).toBeLessThan(5);
    });

    it('shows the busiest task as the busiest', async () => {
      const each = await shown('task-overview.json: CPU of each task, A');
      const [busiest] = Object.values(await shown('task-overview.json: Busiest task, A'));
      expect(busiest).toBe(Math.max(...Object.values(each)));
      expect(each[steadyId]).toBeCloseTo(STEADY.cpuPercent, 0);
    });

    it.each([
      ['Received, A', STEADY.receivedBytesPerSecond],
      ['Sent, A', STEADY.sentBytesPerSecond],
      ['Errors and dropped packets, A', STEADY.errorsPerSecond + STEADY.dropsPerSecond],
      ['Errors and dropped packets, B', STEADY.errorsPerSecond + STEADY.dropsPerSecond],
      ['Read from disk, A', STEADY.readBytesPerSecond],
      ['Written to disk, A', STEADY.writtenBytesPerSecond],
      ['Ephemeral storage, A', STEADY.storagePercent],
    ])('shows what is true of a steady task: %s is %d', async (name, expected) => {
      const value = (await shown(`task-overview.json: ${name}`))[steadyId]!;
      // A sample of the endpoint may be a second old.
      expect(Math.abs(value / expected - 1)).toBeLessThan(0.1);
    });

    it('shows the restart of a container, and its health', async () => {
      expect(await shown('task-overview.json: Restarts, A')).toEqual({ '': 1 });
      expect(await shown('task-overview.json: Health, A')).toEqual({
        [`${steadyId} app`]: 1,
        [`${steadyId} sidecar`]: 1,
      });
    });

    it('shows a sidecar that is gone as down', async () => {
      expect(await shown('task-overview.json: Targets down, A', downAt)).toEqual({ '': 1 });
    });

    it('has nothing more of tasks that have stopped', async () => {
      const each = await shown('task-overview.json: CPU of each task, A', stoppedAt);
      expect(Object.keys(each)).toEqual([steadyId]);
      expect(await shown('task-overview.json: Tasks, A', stoppedAt)).toEqual({ '': 1 });
      expect(await ask('up{job="app"}', stoppedAt)).toEqual([]);
    });
  });

  describe('nodejs-application.json', () => {
    /** By how much a series of the application has grown. */
    const growth = (name: string, labels = {}) => {
      const series = seriesName(name, labels);
      return (last.app.get(series) ?? 0) - (first.app.get(series) ?? 0);
    };
    const perSecond = (grown: number) => grown / ((last.at - first.at) / 1000);

    it('counts the requests as the application did, by status', async () => {
      const rates = await shown('nodejs-application.json: Requests by status, A');
      expect(Object.keys(rates).sort()).toEqual(['200', '500']);
      for (const [status, rate] of Object.entries(rates)) {
        const truth = perSecond(growth('http_requests_total', { status }));
        expect(Math.abs(rate / truth - 1)).toBeLessThan(0.15);
      }
    });

    it.each([
      ['A', 0.5],
      ['B', 0.9],
      ['C', 0.99],
    ])('times them as the application did: %s is the quantile %d', async (refId, quantile) => {
      const [value] = Object.values(
        await shown(`nodejs-application.json: Time of a request, ${refId}`),
      );
      const [below, above] = bucketOf(quantile, growth);
      expect(value).toBeGreaterThanOrEqual(below);
      expect(value).toBeLessThanOrEqual(above);
    });

    it('has the mean time of them', async () => {
      const [mean] = Object.values(await shown('nodejs-application.json: Time of a request, D'));
      const sum = growth('http_request_duration_seconds_sum');
      const truth = sum / growth('http_request_duration_seconds_count');
      expect(Math.abs(mean! / truth - 1)).toBeLessThan(0.15);
    });

    it('shows the CPU of the process as the system counted it', async () => {
      const cpu = await shown('nodejs-application.json: CPU, C');
      const counted = perSecond(last.cpu[WEB]! - first.cpu[WEB]!);
      expect(Object.keys(cpu)).toEqual([WEB]);
      expect(Math.abs(cpu[WEB]! - counted)).toBeLessThan(0.05);
    });
  });
});

async function truthOf({ tasks, report }: DemoCycle): Promise<Truth> {
  const cpu: Record<string, number> = {};
  for (const { taskId, appPid } of tasks) {
    cpu[taskId] = ((await usageOf(appPid))?.cpuNanoseconds ?? Number.NaN) / 1e9;
  }
  const [, url = ''] = report.scrapes.find(({ labels }) => labels.job === 'app')!.id.split(' ');
  const app = readExposition(await (await fetch(url)).text());
  return { at: Date.now(), cpu, app };
}

function sidecarOf({ tasks }: DemoCycle, id: string): number {
  return tasks.find(({ taskId }) => taskId === id)!.sidecarPid;
}

function isReport(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'rejected' in value;
}

/** The bounds between which a quantile of the durations lies, by the application's own counts. */
function bucketOf(
  quantile: number,
  growth: (name: string, labels: object) => number,
): readonly [number, number] {
  const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const countBelow = (le: string | number) =>
    growth('http_request_duration_seconds_bucket', { le: String(le) });
  const rank = quantile * countBelow('+Inf');
  const index = bounds.findIndex((bound) => countBelow(bound) >= rank);
  return [bounds[index - 1] ?? 0, bounds[index] ?? 10];
}
