import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CLUSTER } from '../../../cli/demo/cluster.ts';
import { type DemoCycle, runDemo } from '../../../cli/demo/demo.ts';
import { usageOf } from '../../../cli/demo/task/usage.ts';
import { loadConfig } from '../../../lambda/config/load.ts';
import { remoteWriteOutput } from '../../../lambda/outputs/remote-write/remote-write.ts';
import { readDashboard } from '../../grafana/dashboard.ts';
import { type Choice, interpolate } from '../../grafana/interpolation.ts';
import { QUERIES, type Query, queryOf } from '../../grafana/queries.ts';
import { readExposition, seriesName } from '../support/exposition.ts';
import { PROMETHEUS, ROOT } from '../support/places.ts';
import { cycle } from '../support/prometheus/observed-app.ts';
import { offeredValues } from '../support/prometheus/offered-values.ts';
import {
  type Prometheus,
  type QueriedSeries,
  startPrometheus,
} from '../support/prometheus/prometheus.ts';
import {
  type ScrapedTarget,
  type ScrapingPrometheus,
  startScrapingPrometheus,
} from '../support/prometheus/scraping.ts';
import { STEADY, startSteadyTask } from '../support/prometheus/steady-task.ts';

const CONFIG = readFileSync(join(ROOT, 'cli/demo/fargauge.yaml'), 'utf8');

const GUIDE = readFileSync(join(ROOT, 'docs/managed-prometheus.md'), 'utf8');

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

/** What counts so many: a count of nothing is no series. */
function ofSome(count: number): readonly number[] {
  return count === 0 ? [] : [count];
}

/** Which part of the requests of the test comes between a reading of the application and a scrape of it. */
const BETWEEN = 0.005;

/** Jobs of a Prometheus that scrapes by itself. */
const SIDECARS = 'ecs-metrics-exporter';
const APPS = 'node';

/** The `relabel_configs` that the guide has for a discovery of ECS. */
const OF_GUIDE: readonly object[] = parse(
  [...GUIDE.matchAll(/```yaml\n(scrape_configs:[\s\S]*?)```/g)]
    .map(([, text = '']) => text)
    .find((text) => text.includes('relabel_configs')) ?? '',
).scrape_configs[0].relabel_configs;

/** As users of Prometheus' discovery of ECS name what it knows: one label is that of the sidecar, another that of the collector. */
const RELABELING = [
  { source_labels: ['__meta_ecs_cluster'], target_label: 'cluster' },
  { source_labels: ['__meta_ecs_service'], target_label: 'ServiceName' },
  { source_labels: ['__meta_ecs_task_arn'], regex: '.+/(.+)', target_label: 'instance' },
];

/** Where the samples come from, and so the labels that they have. */
interface World {
  readonly name: string;
  readonly prometheus: () => Prometheus;
  /** The service of the task `steady`, which its task metadata endpoint does not name. */
  readonly steadyService: string;
  /** What names the web application in `nodejs-application.json`. */
  readonly app: () => { readonly service: string; readonly task: string };
  /** What the variables of `nodejs-application.json` offer. */
  readonly offered: () => Readonly<Record<string, readonly string[]>>;
}

describe("Grafana's dashboards over the demo", () => {
  const truths = new Map<number, Truth>();
  let collected: Prometheus;
  let scraping: ScrapingPrometheus;
  let guided: ScrapingPrometheus;
  let relabeling: ScrapingPrometheus;
  let steadyId = '';
  let appAddress = '';
  let idleAddress = '';
  let first: Truth;
  let last: Truth;
  /** When a sidecar was gone, and when all tasks of the demo were. */
  let downAt = 0;
  let stoppedAt = 0;

  beforeAll(async () => {
    collected = await startPrometheus(PROMETHEUS, ['--web.enable-remote-write-receiver']);
    scraping = await startScrapingPrometheus([SIDECARS, APPS], []);
    guided = await startScrapingPrometheus([SIDECARS, APPS], OF_GUIDE);
    relabeling = await startScrapingPrometheus([SIDECARS, APPS], RELABELING);
    const url = `${collected.url}/api/v1/write`;
    const output = remoteWriteOutput({ name: 'demo', url });
    const another = remoteWriteOutput({ name: 'steady', url });
    await using steady = await startSteadyTask(CLUSTER);
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
        if (done.number === 1) {
          appAddress = new URL(appUrlOf(done)).host;
          idleAddress = done.tasks.find(({ taskId }) => taskId === IDLE)!.address;
          const targets = [
            ...targetsOf(done, appAddress),
            scraped(SIDECARS, new URL(steady.target.url).host, 'orders-blue', steadyId),
          ];
          pending.push(...[scraping, guided, relabeling].map((each) => each.scrape(targets)));
        }
        if (done.number <= LAST) pending.push(cycle(another, [steady.target], Date.now()));
        if (done.number === FIRST || done.number === LAST) {
          pending.push(
            truthOf(done).then((truth) => {
              truths.set(done.number, truth);
              // Not before: a Prometheus that scrapes by itself would know it.
              if (done.number === LAST) process.kill(sidecarOf(done, IDLE), 'SIGKILL');
            }),
          );
        }
        if (done.number === LAST - 3) steady.restart();
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
  afterAll(async () => {
    await Promise.all(
      [collected, scraping, guided, relabeling].map((each) => each[Symbol.asyncDispose]()),
    );
  });

  const worlds: readonly World[] = [
    {
      name: 'by the collector and remote write',
      prometheus: () => collected,
      steadyService: 'orders',
      app: () => ({ service: 'web', task: WEB }),
      offered: () => ({
        cluster: [CLUSTER],
        service: ['web'],
        task: [WEB],
        instance: [appAddress],
      }),
    },
    {
      name: 'by a Prometheus that knows addresses only',
      prometheus: () => scraping,
      // The family of its task definition.
      steadyService: 'orders',
      app: () => ({ service: APPS, task: appAddress }),
      offered: () => ({ cluster: [], service: [APPS], task: [], instance: [appAddress] }),
    },
    {
      name: 'by a Prometheus that relabels what it discovered as the guide says',
      prometheus: () => guided,
      steadyService: 'orders-blue',
      app: () => ({ service: 'web', task: WEB }),
      offered: () => ({
        cluster: [CLUSTER],
        service: ['web'],
        task: [WEB],
        instance: [appAddress],
      }),
    },
    {
      name: 'by a Prometheus that relabels what it discovered otherwise',
      prometheus: () => relabeling,
      steadyService: 'orders-blue',
      app: () => ({ service: 'web', task: WEB }),
      offered: () => ({ cluster: [], service: ['web'], task: [], instance: [WEB] }),
    },
  ];

  describe.each(worlds)('$name', ({ prometheus, steadyService, app, offered }) => {
    const span = () => `${Math.round((last.at - first.at) / 1000)}s`;
    const builtIn = () => ({ __rate_interval: span(), __range: span() });

    /** What a query of a dashboard gives when all tasks were there, and everything is chosen. */
    function ask(
      { promql, variables }: Omit<Query, 'name'>,
      at = last.at,
      choices: Readonly<Record<string, Choice>> = {},
    ): Promise<QueriedSeries[]> {
      return prometheus().query(interpolate(promql, variables, choices, builtIn()), at);
    }

    /** The value of each series, by task where it has one. */
    async function shown(
      name: string,
      at?: number,
      choices?: Readonly<Record<string, Choice>>,
    ): Promise<Record<string, number>> {
      return valuesOf(await ask(queryOf(name), at, choices));
    }

    it.each(QUERIES.map((query) => [query.name, query] as const))(
      '%s has data',
      async (_, query) => {
        const series = await ask(query);
        expect(series.length).toBeGreaterThan(0);
        for (const { labels, values } of series) {
          const value = values[0]?.[1];
          expect({ labels, value, sensible: Number.isFinite(value) && Number(value) >= 0 }).toEqual(
            {
              ...{ labels, value },
              sensible: true,
            },
          );
        }
      },
    );

    /**
     * The targets of tasks whose last scrape failed. A busy machine may let a scrape of a target that lives time out,
     * so a test compares a dashboard with this, not with a number.
     */
    async function downOf(at: number): Promise<readonly Readonly<Record<string, string>>[]> {
      const series = await prometheus().query(`up{job!="${APPS}"} == 0`, at);
      return series.map(({ labels }) => labels);
    }

    /** What a variable of a dashboard offers. */
    async function offers(file: string, name: string, choices = {}): Promise<readonly string[]> {
      const { list } = readDashboard(file).templating;
      const variable = list.find((each) => each.name === name)!;
      const text = typeof variable.query === 'string' ? variable.query : variable.query.query;
      const query = interpolate(text, list, choices, builtIn());
      return offeredValues(prometheus(), variable, query, last.at);
    }

    describe('task-overview.json', () => {
      it('offers clusters, services and tasks', async () => {
        const file = 'task-overview.json';
        expect(await offers(file, 'cluster')).toEqual([CLUSTER]);
        expect(await offers(file, 'service')).toEqual([steadyService, 'web', 'worker']);
        expect(await offers(file, 'task')).toEqual([IDLE, WEB, WORKER, steadyId].sort());
      });

      it('offers what there is of what is chosen before', async () => {
        const file = 'task-overview.json';
        expect(await offers(file, 'service', { cluster: ['other'] })).toEqual([]);
        expect(await offers(file, 'task', { service: ['web'] })).toEqual([IDLE, WEB]);
        expect(await offers(file, 'task', { service: [steadyService] })).toEqual([steadyId]);
      });

      it.each<[string, Record<string, Choice>, readonly string[]]>([
        ['a service', { service: ['worker'] }, [WORKER]],
        ['two services', { service: ['worker', 'web'] }, [IDLE, WEB, WORKER]],
        [
          'a service that only a discovery knows, or none',
          { service: [steadyService] },
          ['steady'],
        ],
        ['a task', { task: [WEB] }, [WEB]],
        ['a cluster', { cluster: [CLUSTER] }, [IDLE, WEB, WORKER, 'steady']],
        ['a cluster of others', { cluster: ['other'] }, []],
      ])('shows %s where it is chosen, and nothing else', async (_, choices, tasks) => {
        const ids = tasks.map((task) => (task === 'steady' ? steadyId : task)).sort();
        for (const title of ['CPU of each task', 'Memory of each task']) {
          const each = await shown(`task-overview.json: ${title}, A`, last.at, choices);
          expect(Object.keys(each).sort()).toEqual(ids);
        }
        const targets = await ask(queryOf('task-overview.json: Targets, A'), last.at, choices);
        const sidecars = targets.filter(({ labels }) => !['app', APPS].includes(labels.job!));
        expect(sidecars.map(({ values }) => values[0]?.[1])).toEqual(ofSome(ids.length));
        const count = await shown('task-overview.json: Tasks, A', last.at, choices);
        expect(Object.values(count)).toEqual(ofSome(ids.length));
      });

      it('says of what service a task is', async () => {
        const series = await ask(queryOf('task-overview.json: CPU of each task, A'));
        const services = series.map(({ labels }) => [labels.task_id, labels.service]);
        expect(Object.fromEntries(services)).toEqual({
          [IDLE]: 'web',
          [WEB]: 'web',
          [WORKER]: 'worker',
          [steadyId]: steadyService,
        });
      });

      it('counts the tasks, and what is wrong with them', async () => {
        expect(await shown('task-overview.json: Tasks, A')).toEqual({ '': 4 });
        const down = await downOf(last.at);
        expect(await shown('task-overview.json: Targets down, A')).toEqual({ '': down.length });
        expect(await shown('task-overview.json: Restarts, A')).toEqual({ '': 1 });
        expect(await shown('task-overview.json: Out of memory, A')).toEqual({ '': 0 });
      });

      it.each([WEB, WORKER])('shows the CPU of %s as the system counted it', async (task) => {
        const { promql, variables } = queryOf('task-overview.json: CPU of each task, A');
        const mean = { promql: `avg_over_time((${promql})[${span()}:1s])`, variables };
        const seconds = (last.at - first.at) / 1000;
        const counted = ((last.cpu[task]! - first.cpu[task]!) / seconds) * 100;
        // The task has a sidecar, too, which needs next to nothing.
        expect(Math.abs(valuesOf(await ask(mean))[task]! - counted)).toBeLessThan(5);
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
        const down = await downOf(downAt);
        expect(down.some((labels) => [idleAddress, IDLE].includes(labels.instance!))).toBe(true);
        const count = await shown('task-overview.json: Targets down, A', downAt);
        expect(count).toEqual({ '': down.length });
      });
    });

    describe('nodejs-application.json', () => {
      /** By how much a series of the application has grown. */
      const growth = (name: string, labels = {}) => {
        const series = seriesName(name, labels);
        return (last.app.get(series) ?? 0) - (first.app.get(series) ?? 0);
      };
      const perSecond = (grown: number) => grown / ((last.at - first.at) / 1000);

      it('offers what there is', async () => {
        const names = ['cluster', 'service', 'task', 'instance'];
        const each = names.map(async (name) => [
          name,
          await offers('nodejs-application.json', name),
        ]);
        expect(Object.fromEntries(await Promise.all(each))).toEqual(offered());
      });

      it('shows the service and the instance that are chosen, and no other', async () => {
        const name = 'nodejs-application.json: Requests of each instance, A';
        const { service, task } = app();
        const choices = { service: [service], instance: [...offered().instance!] };
        expect(Object.keys(await shown(name, last.at, choices))).toEqual([task]);
        expect(await shown(name, last.at, { service: ['other'] })).toEqual({});
        expect(await shown(name, last.at, { instance: ['other'] })).toEqual({});
      });

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
        // The truth is read some milliseconds before or after a scrape: a few requests lie between the two.
        const [below] = bucketOf(quantile - BETWEEN, growth);
        const [, above] = bucketOf(quantile + BETWEEN, growth);
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
        expect(Object.keys(cpu)).toEqual([app().task]);
        expect(Math.abs(cpu[app().task]! - counted)).toBeLessThan(0.05);
      });
    });
  });

  it('has nothing more of tasks that have stopped, where the collector says that they have', async () => {
    const at = async (name: string) => {
      const { promql, variables } = queryOf(name);
      return valuesOf(await collected.query(interpolate(promql, variables, {}, {}), stoppedAt));
    };
    expect(Object.keys(await at('task-overview.json: CPU of each task, A'))).toEqual([steadyId]);
    expect(await at('task-overview.json: Tasks, A')).toEqual({ '': 1 });
    expect(await collected.query('up{job="app"}', stoppedAt)).toEqual([]);
  });
});

/** Endpoints of the demo, with the service that ECS would name. */
function targetsOf({ tasks }: DemoCycle, appAddress: string): ScrapedTarget[] {
  return [
    ...tasks.map(({ address, service, taskId }) => scraped(SIDECARS, address, service, taskId)),
    scraped(APPS, appAddress, 'web', WEB),
  ];
}

function scraped(job: string, address: string, service: string, taskId: string): ScrapedTarget {
  return {
    job,
    address,
    metaLabels: {
      __meta_ecs_cluster: CLUSTER,
      __meta_ecs_service: service,
      __meta_ecs_task_arn: `arn:aws:ecs:eu-west-1:111122223333:task/${CLUSTER}/${taskId}`,
    },
  };
}

/** The value of each series, by task and container, or by status. */
function valuesOf(series: readonly QueriedSeries[]): Record<string, number> {
  return Object.fromEntries(
    series.map(({ labels, values }) => [
      [labels.task_id ?? labels.task ?? labels.status ?? '', labels.container_name ?? '']
        .filter(Boolean)
        .join(' '),
      values[0]?.[1] ?? Number.NaN,
    ]),
  );
}

async function truthOf(done: DemoCycle): Promise<Truth> {
  const cpu: Record<string, number> = {};
  for (const { taskId, appPid } of done.tasks) {
    cpu[taskId] = ((await usageOf(appPid))?.cpuNanoseconds ?? Number.NaN) / 1e9;
  }
  const app = readExposition(await (await fetch(appUrlOf(done))).text());
  return { at: Date.now(), cpu, app };
}

function appUrlOf({ report }: DemoCycle): string {
  const [, url = ''] = report.scrapes.find(({ labels }) => labels.job === 'app')!.id.split(' ');
  return url;
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
