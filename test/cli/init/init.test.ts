import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { explain } from '../../../cli/explain/explain.ts';
import { readPage } from '../../../cli/explain/page.ts';
import { type InitSources, initialize } from '../../../cli/init/init.ts';
import type { Recording } from '../../../cli/recording/format.ts';
import { loadConfig } from '../../../lambda/config/load.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import type { Config } from '../../../lambda/model/settings/config.ts';
import { load, messagesOf } from '../../config/loading.ts';
import { describeWithFixtures, FIXTURES } from '../../fixtures.ts';
import { ROOT } from '../../integration/support/places.ts';
import { type Folder, temporaryFolder } from '../fargauge.ts';

/** A page with names that the examples and fixtures select, and labels that they name. */
const PAGE = `# TYPE base_cpu_systemLoadAverage gauge
base_cpu_systemLoadAverage 1
# TYPE vendor_memory_heap_utilization_percent gauge
vendor_memory_heap_utilization_percent 40
# TYPE keycloak_request_duration histogram
keycloak_request_duration_bucket{code="200",le="+Inf"} 2
keycloak_request_duration_sum{code="200"} 4
keycloak_request_duration_count{code="200"} 2
# TYPE ee_task_cpu_utilization_percent gauge
ee_task_cpu_utilization_percent 5
# TYPE ee_task_memory_utilized_bytes gauge
ee_task_memory_utilized_bytes 5
# TYPE node_load1 gauge
node_load1 1
# TYPE http_requests_total counter
http_requests_total{code="200"} 2
`;

const LABELS = {
  ServiceName: 'web',
  TaskDefinitionFamily: 'keycloak',
  TaskId: '0123',
  container_name: 'app',
};

const SURROUNDINGS = {
  env: { FARGAUGE_CLUSTER: 'shop' },
  readFile: (name: string) => readFile(name, 'utf8'),
  resolveSecret: async () => 'secret',
};

const files = (path: string) => ({ ...SURROUNDINGS, config: { path } });

/** The configuration without what names its documents. Expressions count by their text. */
function meaningOf({ source: _, warnings: __, debug: ___, ...config }: Config): unknown {
  return JSON.parse(
    JSON.stringify(config, (_key, value) =>
      value instanceof Map || value instanceof Set ? [...value] : value,
    ),
  );
}

/** What a page becomes in each job. */
function publishedBy(config: Config) {
  return config.jobs.map((job) => {
    const saved = {
      body: Buffer.from(PAGE),
      contentType: 'text/plain',
      labels: labelsOf(LABELS),
      job: job.name,
    };
    return explain(config, readPage(config, saved)).map(({ name, metrics }) => [name, metrics]);
  });
}

async function written(sources: InitSources) {
  const made = await initialize({ cluster: 'shop', ...sources });
  const document = made.files.get('fargauge.yaml') ?? '';
  const config = await loadConfig({ ...SURROUNDINGS, env: { FARGAUGE_CONFIG: document } });
  return { ...made, document, config };
}

const EXAMPLES = globSync('examples/*.yaml', { cwd: ROOT }).sort();

describe('a native configuration', () => {
  it.each([
    ...EXAMPLES.map((path): [string, InitSources] => [path, { config: join(ROOT, path) }]),
    [
      'the files of a CloudWatch Agent in examples/cdk/keycloak',
      {
        config: join(ROOT, 'examples/cdk/keycloak/cwagent.json'),
        prometheusConfig: join(ROOT, 'examples/cdk/keycloak/prometheus.yaml'),
      },
    ],
  ])('means the same as %s', async (_, sources) => {
    const { config } = await written(sources);
    const source = await loadConfig({
      ...files(sources.config ?? ''),
      prometheusConfig: sources.prometheusConfig ? { path: sources.prometheusConfig } : undefined,
    });
    expect(meaningOf(config)).toEqual(meaningOf({ ...source, logs: config.logs }));
    expect(publishedBy(config)).toEqual(publishedBy(source));
    expect(config.logs.group).toBe(source.logs.group);
  });

  it('means the same as the built-in default if there is no source', async () => {
    const { config, document } = await written({});
    const source = await load({ env: { FARGAUGE_CLUSTER: 'shop' } });
    expect(meaningOf(config)).toEqual(meaningOf(source));
    expect(document).toMatch(
      /^# A configuration of Fargauge, by fargauge init from the built-in default\.\n/,
    );
    expect(document).toContain('\n# What becomes a metric: ');
  });

  it('keeps unquoted values as their author wrote them', async () => {
    const text =
      'scrape_configs: [{job_name: a, static_configs: [{targets: ["a:1"], labels: {v: 1.10, o: 0755}}]}]';
    const { document } = await written({ recording: recordingOf(text) });
    expect(document).toMatch(/v: 1\.10\n\s+o: 0755\n/);
  });

  it('names what a recording has and no rule takes', async () => {
    const { document } = await written({
      recording: recordingOf(
        'scrape_configs: [{job_name: a}]\nemf_processor: {metric_declaration: [{source_labels: [job], label_matcher: a, dimensions: [[job]], metric_selectors: [x]}]}',
      ),
    });
    expect(document).toContain(
      '# The recording has these series, which no entry takes:\n#   a: threads (gauge), 1 series\n',
    );
  });

  it('that cannot be valid gets the errors of the source', async () => {
    const path = join(ROOT, 'package.json');
    expect(await messagesOf(initialize({ config: path }) as never)).toEqual(
      expect.arrayContaining([expect.stringContaining('an unknown key')]),
    );
  });
});

function recordingOf(configuration: string): Recording {
  return {
    format: 'fargauge-recording',
    version: 1,
    recordedAt: '2026-12-01T05:30:00Z',
    configuration,
    targets: [
      {
        url: 'http://a:1/metrics',
        job: 'a',
        labels: { job: 'a' },
        discovered: {},
        scrapedAt: 1,
        durationMs: 1,
        page: '# TYPE threads gauge\nthreads 1\n',
      },
    ],
    leftOut: [],
    errors: [],
    omitted: [],
  };
}

const ADOT = `
receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: app
          static_configs: [{targets: ["10.0.0.9:8080", "localhost:9404"]}]
          metric_relabel_configs:
            - {source_labels: [__name__], regex: "a(.*)", target_label: __name__, replacement: "b$$1"}
  otlp: {protocols: {grpc: }}
  unused: {}
processors:
  batch:
  resource: {}
exporters:
  awsemf:
    namespace: Shop
    log_group_name: /shop
    region: eu-west-1
    dimension_rollup_option: NoDimensionRollup
    metric_declarations:
      - dimensions: [[ServiceName], [ServiceName, code]]
        metric_name_selectors: ["^threads$$"]
        label_matchers:
          - {label_names: [job], regex: "^app$$"}
          - {label_names: [job, zone], separator: "/", regex: "^x/a$$"}
      - {dimensions: [[job]], metric_name_selectors: [^up$]}
  otlphttp/backend: {endpoint: "https://otlp.example/", headers: {x-team: shop}}
  datadog: {}
service:
  pipelines:
    metrics: {receivers: [prometheus, otlp], processors: [batch, resource], exporters: [awsemf, otlphttp/backend, datadog]}
    traces: {receivers: [otlp], exporters: [datadog]}
`;

describe('the file of an OpenTelemetry Collector', () => {
  let folder: Folder;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(() => folder.remove());

  it('becomes jobs, rules and outputs, as far as there are such', async () => {
    const { config, fates } = await written({ adot: await folder.file('adot.yaml', ADOT) });
    expect(config.emf).toMatchObject({
      namespace: 'Shop',
      declarations: [
        {
          sourceLabels: ['job'],
          matcher: { source: '^app$' },
          selectors: [{ source: '^threads$' }],
        },
        { sourceLabels: ['job', 'zone'], separator: '/', matcher: { source: '^x/a$' } },
        { sourceLabels: ['job'], dimensions: [['job']] },
      ],
    });
    expect(config.logs.group).toBe('/shop');
    expect(config.outputs).toMatchObject([
      { type: 'cloudwatch-logs', region: 'eu-west-1' },
      { type: 'otlp', url: 'https://otlp.example/v1/metrics' },
    ]);
    const app = config.jobs.find(({ name }) => name === 'app');
    expect(app?.staticConfigs).toMatchObject([{ targets: ['10.0.0.9:8080'] }]);
    const page = readPage(config, {
      body: Buffer.from('abc 1\n'),
      contentType: 'text/plain',
      labels: labelsOf({ job: 'app' }),
    });
    expect(page.samples.map(({ series }) => series.name)).toEqual(['bbc']);
    expect(fates.map(({ part, fate }) => `${fate} ${part}`)).toEqual([
      'left out service.pipelines.traces',
      'left out receivers.unused',
      'changed receivers.prometheus.config.scrape_configs app',
      'left out receivers.otlp',
      'left out processors.batch',
      'left out processors.resource',
      'taken exporters.awsemf',
      'left out exporters.awsemf.dimension_rollup_option',
      'taken exporters.otlphttp/backend',
      'left out exporters.datadog',
    ]);
    for (const { text } of fates) expect(text).toMatch(/\S \S/);
  });

  it('that is no YAML is refused with line and column', async () => {
    const adot = await folder.file('adot.yaml', 'a: [');
    expect(await messagesOf(initialize({ adot }) as never)).toEqual([
      expect.stringMatching(/adot\.yaml: line \d+, column \d+: expected YAML or JSON/),
    ]);
  });
});

const migration = (name: string) => join(FIXTURES, 'migrations', name);

describeWithFixtures('what users run today', 'migrations', () => {
  it.each(['keycloak', 'sidecar', 'onprem'])('%s: the agent’s two files', async (name) => {
    const sources = {
      config: migration(`${name}-cwagent.json`),
      prometheusConfig: migration(`${name}-prometheus.yaml`),
    };
    const { config, fates } = await written(sources);
    const source = await loadConfig({
      ...files(sources.config),
      prometheusConfig: { path: sources.prometheusConfig },
    });
    expect(meaningOf(config)).toEqual(meaningOf(source));
    expect(publishedBy(config)).toEqual(publishedBy(source));
    expect(fates.map(({ part }) => part)).toEqual(
      expect.arrayContaining(['Prometheus file: global', 'Prometheus file: scrape_configs[0]']),
    );
  });

  it('says what became of each part of an agent’s files', async () => {
    const { fates } = await written({
      config: migration('onprem-cwagent.json'),
      prometheusConfig: migration('onprem-prometheus.yaml'),
    });
    expect(fates).toEqual(
      expect.arrayContaining([
        {
          part: 'logs.metrics_collected.prometheus.log_group_name',
          fate: 'taken',
          text: 'as log_group_name',
        },
        {
          part: 'logs.metrics_collected.prometheus.prometheus_config_path',
          fate: 'changed',
          text: 'the Prometheus file is a part of the document',
        },
        {
          part: 'Prometheus file: scrape_configs[0]',
          fate: 'taken',
          text: 'as the job node_exporter',
        },
      ]),
    );
  });

  it('an ADOT collector', async () => {
    const { config, fates } = await written({ adot: migration('adot-collector.yaml') });
    expect(config.outputs).toMatchObject([
      {
        type: 'remote_write',
        url: expect.stringContaining('/workspaces/WORKSPACE_ID/'),
        signing: {
          region: 'eu-west-1',
          role: { arn: 'arn:aws:iam::222222222222:role/ECS-AMP-Central-Role' },
        },
      },
    ]);
    const kept = (name: string, job: string) => {
      const page = readPage(config, {
        body: Buffer.from(`${name} 1\n`),
        contentType: 'text/plain',
        labels: labelsOf({ job }),
        job: 'ecs',
      });
      return page.samples.length === 1;
    };
    expect(kept('ee_task_memory_utilized_bytes', 'fargauge-sidecar')).toBe(true);
    expect(kept('ee_task_cpu_limit', 'fargauge-sidecar')).toBe(false);
    expect(kept('http_requests_total', 'prometheus-demo-app')).toBe(true);
    expect(fates.map(({ part, fate }) => `${fate} ${part}`)).toEqual([
      'taken receivers.prometheus.config.global',
      'changed receivers.prometheus.config.scrape_configs prometheus-demo-app',
      'changed receivers.awsecscontainermetrics',
      'changed processors.filter',
      'taken exporters.awsprometheusremotewrite',
      'left out exporters.logging',
    ]);
  });
});
