import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Guide } from '../../docs/guide.ts';
import {
  type MetadataStandIn,
  startMetadataStandIn,
  status,
} from '../../sidecar/metadata-stand-in.ts';
import {
  APP,
  SIDECAR,
  sampleContainer,
  sampleEntry,
  sampleTask,
} from '../../sidecar/sample-documents.ts';
import { startSidecar } from '../../sidecar/sidecar-process.ts';
import { PROMETHEUS } from '../support/places.ts';
import {
  type Prometheus,
  type QueriedSeries,
  startPrometheus,
} from '../support/prometheus/prometheus.ts';
import { STEADY, type SteadyTask, startSteadyTask } from '../support/prometheus/steady-task.ts';

/** As the page has them, and as there are samples here: the task lives for seconds. */
const SPANS = { '[5m]': '[10s]', '[1h]': '[20s]' };

/** Scrapes, a second apart, before a container is restarted, and after it. */
const BEFORE = 5;
const AFTER = 16;

/** The page's queries, each once. */
const QUERIES = new Guide('docs/promql.md').blocks
  .filter(({ language }) => language === 'promql')
  .map(({ text }) => text.trim());

/** Those that ask for what is wrong. */
const COMPARISON = / (?:==|>) 0$/;

/** Two containers of 0.1 vCPU and 150 MB without the page cache each, in a task of 0.5 vCPU and 1 GiB. */
const MEMORY_PERCENT = ((2 * 150_000_000) / 2 ** 30) * 100;

const USAGE_PERCENT = ((2 * 200_000_000) / 2 ** 30) * 100;

const BYTES_PERCENT = (query: string) => (query.includes('without_cache') ? 120 / 200 : 1);

/** What is true of the task, by the beginning of a query. */
const TRUTH: readonly (readonly [query: RegExp, expected: (query: string) => number])[] = [
  [/^ee_task_cpu_utilization_(max_)?percent$/, () => STEADY.cpuPercent],
  [/^100 \* rate\(.*"_task_".*\/ ee_task_cpu_limit$/, () => STEADY.cpuPercent],
  [/^rate\(ee_container_cpu_usage_seconds_total/, () => 0.2],
  [/^100 \* rate\(ee_container_cpu.*!="_task_"/, () => STEADY.cpuPercent / 2],
  [/^ee_task_memory_(utilization|working_set)_percent$/, () => MEMORY_PERCENT],
  [/^100 \* ee_container_memory_usage/, (query) => USAGE_PERCENT * BYTES_PERCENT(query)],
  [/^ee_container_memory_working_set_bytes$/, () => 150_000_000],
  [
    /^(ee_task_network_receive_bytes_per|sum by \(instance\) \(rate\(ee_task_network_receive_bytes)/,
    () => STEADY.receivedBytesPerSecond,
  ],
  [
    /^(ee_task_network_transmit_bytes_per|sum by \(instance\) \(rate\(ee_task_network_transmit_bytes)/,
    () => STEADY.sentBytesPerSecond,
  ],
  [/io_rx_bytes/, () => STEADY.receivedBytesPerSecond],
  [/io_tx_bytes/, () => STEADY.sentBytesPerSecond],
  [/dropped_total.*errors_total/, () => STEADY.errorsPerSecond + STEADY.dropsPerSecond],
  [/^ee_task_block_read|block_io_read_bytes/, () => STEADY.readBytesPerSecond],
  [/^ee_task_block_write|block_io_write_bytes/, () => STEADY.writtenBytesPerSecond],
  [/^ee_task_ephemeral/, () => STEADY.storagePercent],
  [/^ee_task_info$/, () => 1],
];

describe('the queries of docs/promql.md, of a sidecar that a Prometheus scrapes', () => {
  const started = new AsyncDisposableStack();
  let prometheus: Prometheus;
  let task: SteadyTask;

  beforeAll(async () => {
    task = started.use(await startSteadyTask('demo'));
    const address = new URL(task.target.url).host;
    const [config] = new Guide('docs/migrate-ecs-metrics-exporter.md')
      .marked('file')
      .filter(({ path }) => path.endsWith('prometheus.yml'));
    const text = config!.text.replace('10.0.1.17:9546', address).replace('15s', '1s');
    expect(text).toContain(address);
    prometheus = started.use(await startPrometheus(PROMETHEUS, [], text));
    await scraped(BEFORE);
    task.restart();
    await scraped(BEFORE + AFTER);
  }, 90_000);
  afterAll(() => started.disposeAsync());

  /** Resolves when there are so many scrapes: Prometheus says of none that it was made. */
  async function scraped(times: number): Promise<void> {
    for (;;) {
      const [up] = await prometheus.query('count_over_time(up[5m])', Date.now());
      if ((up?.values[0]?.[1] ?? 0) >= times) return;
      await sleep(250);
    }
  }

  function ask(query: string): Promise<QueriedSeries[]> {
    const promql = Object.entries(SPANS).reduce(
      (text, [span, shorter]) => text.replaceAll(span, shorter),
      query,
    );
    return prometheus.query(promql, Date.now());
  }

  const valuesOf = (series: readonly QueriedSeries[]) =>
    series.map(({ values: [first] }) => first?.[1] ?? Number.NaN);

  it.each(QUERIES)('%s has data', async (query) => {
    const series = await ask(query.replace(COMPARISON, ''));
    expect(series.length).toBeGreaterThan(0);
    for (const value of valuesOf(series)) expect(value).toBeGreaterThanOrEqual(0);
  });

  it.each(QUERIES.filter((query) => COMPARISON.test(query)))(
    '%s finds what is wrong and nothing else',
    async (query) => {
      const found = (await ask(query)).map(({ labels }) => labels.container_name);
      expect(found).toEqual(query.includes('restarts') ? ['app'] : []);
    },
  );

  const compared = QUERIES.flatMap((query) => {
    const [, expected] = TRUTH.find(([pattern]) => pattern.test(query)) ?? [];
    return expected === undefined ? [] : [[query, expected(query)] as const];
  });

  it.each(compared)('%s is %d', async (query, expected) => {
    const values = valuesOf(await ask(query));
    expect(values.length).toBeGreaterThan(0);
    // A sample of the endpoint may be a second old.
    for (const value of values) expect(Math.abs(value / expected - 1)).toBeLessThan(0.15);
  });

  it('each truth is that of a query', () => {
    const unused = TRUTH.filter(([pattern]) => !QUERIES.some((query) => pattern.test(query)));
    expect(unused.map(([pattern]) => pattern)).toEqual([]);
  });

  it('joins the id of the task', async () => {
    const query = QUERIES.find((each) => each.includes('group_left (task_id'));
    const [series] = await ask(query!);
    expect(series?.labels).toMatchObject({ task_id: task.taskId, cluster: 'demo' });
  });
});

describe('the queries of docs/promql.md for what is wrong', () => {
  const started = new AsyncDisposableStack();
  let prometheus: Prometheus;
  let endpoint: MetadataStandIn;

  beforeAll(async () => {
    endpoint = started.use(await startMetadataStandIn());
    serve({});
    // The endpoint of Fargate is renewed more seldom.
    const timer = setInterval(() => serve({}), 1_000);
    started.defer(() => clearInterval(timer));
    const sidecar = started.use(startSidecar({ ECS_CONTAINER_METADATA_URI_V4: endpoint.uri }));
    const { host } = new URL(await sidecar.url());
    const config = `scrape_configs: [{ job_name: a, scrape_interval: 1s, static_configs: [{ targets: ["${host}"] }] }]`;
    prometheus = started.use(await startPrometheus(PROMETHEUS, [], config));
    await found('ee_container_oom_suspected_total == 0');
    clearInterval(timer);
    // The application used 95 % of its memory, and has ended since.
    serve({ KnownStatus: 'STOPPED', ExitCode: 137, FinishedAt: new Date().toISOString() });
  }, 60_000);
  afterAll(() => started.disposeAsync());

  /** The endpoint tells of an application with these changes, and of a sidecar that is not healthy. */
  function serve(app: Readonly<Record<string, unknown>>): void {
    const containers = [
      sampleContainer(APP, 'app', { Limits: { CPU: 2, Memory: 150 }, ...app }),
      sampleContainer(SIDECAR, 'sidecar', { Health: { status: 'UNHEALTHY' } }),
    ];
    const now = Date.now();
    const times = { read: new Date(now), preread: new Date(now - 1_000) };
    const entry = sampleEntry((now % 1e6) / 1_000, JSON.parse(JSON.stringify(times)), 1);
    const ended = 'ExitCode' in app;
    endpoint.serve(
      { ...sampleTask(), Containers: containers },
      { [APP]: ended ? null : entry, [SIDECAR]: entry },
    );
  }

  /** The containers of a query, as soon as it finds any. */
  async function found(query: string): Promise<readonly (string | undefined)[]> {
    for (;;) {
      const series = await prometheus.query(query, Date.now());
      if (series.length > 0) return series.map(({ labels }) => labels.container_name);
      await sleep(250);
    }
  }

  const queryOf = (name: string) =>
    QUERIES.find((query) => COMPARISON.test(query) && query.includes(name)) ?? '';

  it('find a container that is not healthy', async () => {
    expect(await found(queryOf('ee_container_healthy'))).toEqual(['sidecar']);
  });

  it('find a container that has ended for want of memory', async () => {
    expect(await found(queryOf('oom_suspected').replace('[1h]', '[1m]'))).toEqual(['app']);
  });

  it('find a sidecar that does not read the endpoint any more', async () => {
    endpoint.answer('/task/stats', status(500, 'no'));
    expect(await found(queryOf('exporter_success'))).toEqual([undefined]);
  });
});
