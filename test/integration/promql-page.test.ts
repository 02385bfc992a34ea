import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Guide } from '../docs/guide.ts';
import { PROMETHEUS } from './support/places.ts';
import { type Prometheus, type QueriedSeries, startPrometheus } from './support/prometheus.ts';
import { STEADY, type SteadyTask, startSteadyTask } from './support/steady-task.ts';

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
