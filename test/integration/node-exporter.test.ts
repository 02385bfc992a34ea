import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { start } from './support/child.ts';
import { CLI, collect } from './support/collect.ts';
import { type ExtractedMetric, extractMetrics } from './support/emf.ts';
import { readExposition, seriesName } from './support/exposition.ts';
import { NODE_EXPORTER } from './support/places.ts';

/** Figures that do not change from one moment to the next. */
const STEADY = /_info$|_size_bytes$|_mtu_bytes$|_(Mem|Swap|Vmalloc)Total_bytes$|_maximum$/;

/** A series of node_exporter that is there on every machine. */
const MEMORY = 'node_memory_MemTotal_bytes';

describe('node_exporter as a static target', () => {
  const started = new AsyncDisposableStack();
  let url: string;
  let config: string;

  beforeAll(async () => {
    const exporter = started.use(start(NODE_EXPORTER, ['--web.listen-address=127.0.0.1:0']));
    const [, address = ''] = await exporter.says(/msg="Listening on" address=(\S+)/);
    url = `http://${address}/metrics`;

    const folder = await mkdtemp(join(tmpdir(), 'fargauge-node-'));
    started.defer(() => rm(folder, { recursive: true }));
    config = join(folder, 'fargauge.yaml');
    await writeFile(config, configurationFor(address));
  });

  afterAll(() => started.disposeAsync());

  it('is published as it is', async () => {
    const before = await scrape(url);
    const { code, stdout, stderr } = await collect(['--config', config, '--output', 'stdout']);
    const after = await scrape(url);

    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const published = new Map(metricsOf(stdout).map((metric) => [nameOf(metric), metric.values]));
    const steady = [...before].filter(
      ([series, value]) => STEADY.test(metricName(series)) && after.get(series) === value,
    );
    expect(steady.map(([series]) => metricName(series))).toContain(MEMORY);
    expect(steady.map(([series]) => [series, published.get(series)])).toEqual(
      steady.map(([series, value]) => [series, [value]]),
    );
    const unknown = [...published.keys()].filter((series) => !before.has(series));
    expect(unknown.filter((series) => !after.has(series))).toEqual([]);
  });

  it('has its counters published as what they grew by', async () => {
    const before = await scrape(url);
    await using collector = start(process.execPath, [
      ...[CLI, 'collect', '--config', config, '--output', 'stdout', '--every', '1s'],
    ]);
    // The first cycle gives no difference, each later one an event for this series.
    await collector.says(/("cpu":"0"[^\n]*"mode":"idle"[\s\S]*){2}\n/);
    await collector.stop();
    const after = await scrape(url);

    const grown = new Map<string, number>();
    for (const metric of metricsOf(collector.stdout())) {
      if (metric.name !== 'node_cpu_seconds_total') continue;
      const series = nameOf(metric);
      for (const value of metric.values) grown.set(series, (grown.get(series) ?? 0) + value);
    }
    const idle = seriesName('node_cpu_seconds_total', { cpu: '0', mode: 'idle' });
    expect(grown.has(idle)).toBe(true);
    for (const [series, growth] of grown) {
      const most = (after.get(series) ?? Number.NaN) - (before.get(series) ?? Number.NaN);
      expect(growth).toBeGreaterThanOrEqual(0);
      // Differences of hundredths of a second in floating point.
      expect(growth).toBeLessThanOrEqual(most + 0.001);
    }
  });
});

/** Publishes all that there is, in one dimension. */
function configurationFor(address: string): string {
  return `
log_group_name: hosts
scrape_configs:
  - job_name: node
    # As it writes them: it writes whole numbers for quantiles.
    normalize_le_and_quantile: false
    static_configs:
      - targets: [${JSON.stringify(address)}]
emf_processor:
  metric_namespace: Hosts
  metric_declaration:
    - source_labels: [job]
      label_matcher: ^node$
      dimensions: [[instance]]
      metric_selectors: ['^node_', '^process_', '^go_']
`;
}

async function scrape(url: string): Promise<Map<string, number>> {
  return readExposition(await (await fetch(url)).text());
}

/** The metrics among the lines that the collector wrote. */
function metricsOf(stdout: string): ExtractedMetric[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{"_aws"'))
    .flatMap(extractMetrics);
}

/** The series as node_exporter has it: the event's labels without those that the collector added. */
function nameOf({ name, event }: ExtractedMetric): string {
  const { _aws, job, instance, prom_metric_type, ...rest } = event;
  const labels = Object.entries(rest).filter(([, value]) => typeof value === 'string');
  return seriesName(name, Object.fromEntries(labels));
}

function metricName(series: string): string {
  return series.slice(0, series.indexOf('['));
}
