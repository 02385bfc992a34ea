import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateLogGroupCommand,
  DescribeMetricFiltersCommand,
  PutMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Account, accountOf, holderOf } from './support/aws/accounts.ts';
import { type Aws, REGION, startAws } from './support/aws/aws.ts';
import { Cluster } from './support/aws/cluster.ts';
import { listLogGroups, readLogGroup } from './support/aws/log-group.ts';
import { applyFilter, metricFiltersIn } from './support/aws/metric-filter.ts';
import { start } from './support/child.ts';
import { extractMetrics } from './support/emf.ts';
import { readExposition, seriesName } from './support/exposition.ts';
import { bodyOf, listen } from './support/http.ts';
import { NODE_EXPORTER, ROOT } from './support/places.ts';
import { installService, type Service } from './support/service.ts';

/** The account of the profile; that of the other credentials in the environment is another one. */
const ACCOUNT = '333333333333';
const PROFILE = 'fargauge';

/** A series of node_exporter that is there on every machine, and does not change. */
const MEMORY = 'node_memory_MemTotal_bytes';

describe('a machine outside of ECS', () => {
  const started = new AsyncDisposableStack();
  let aws: Aws;
  let account: Account;
  let folder: string;
  let exporter: string;
  let service: Service;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-outside-'));
    started.defer(() => rm(folder, { recursive: true }));
    aws = started.use(await startAws());
    account = started.use(await accountOf(aws, ACCOUNT));
    const child = started.use(start(NODE_EXPORTER, ['--web.listen-address=127.0.0.1:0']));
    const [, address = ''] = await child.says(/msg="Listening on" address=(\S+)/);
    exporter = address;
    const {
      AWS_ACCESS_KEY_ID: id,
      AWS_SECRET_ACCESS_KEY: key,
      AWS_SESSION_TOKEN: token,
    } = account.env;
    service = await installService(
      folder,
      '',
      `[${PROFILE}]\naws_access_key_id = ${id}\naws_secret_access_key = ${key}\naws_session_token = ${token}\n`,
    );
  });

  afterAll(() => started.disposeAsync());

  /** An example with the exporter of this test in it. */
  async function configured(example: string): Promise<void> {
    const text = await readFile(join(ROOT, example), 'utf8');
    expect(text).toContain('127.0.0.1:9100');
    await writeFile(service.configuration, text.replace('127.0.0.1:9100', exporter));
  }

  /** Runs the service until it has reported a number of cycles, and ends it. */
  async function run(cycles: number, ...args: string[]) {
    const env = { AWS_ENDPOINT_URL: aws.endpoint };
    await using child = service.start({ every: '500ms', env, args });
    await child.says(new RegExp(`(^samples: [\\s\\S]*){${cycles}}`, 'm'));
    await child.stop();
    return { code: await child.ended, stdout: child.stdout(), stderr: child.stderr() };
  }

  const scrape = async () =>
    readExposition(await (await fetch(`http://${exporter}/metrics`)).text());

  it('publishes metrics by rule, as the unit starts it and as the profile that it names', async () => {
    await configured('examples/node-exporter.yaml');
    const before = await scrape();
    const { code, stderr } = await run(3);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await listLogGroups(aws.logs)).toEqual([]);
    const metrics = (await readLogGroup(account.logs, '/on-premises/node')).flatMap(({ message }) =>
      extractMetrics(message),
    );
    const values = (name: string) =>
      metrics.filter((metric) => metric.name === name).flatMap((metric) => metric.values);
    expect(new Set(metrics.map(({ namespace }) => namespace))).toEqual(new Set(['OnPremises']));
    expect(new Set(values('up'))).toEqual(new Set([1]));
    expect(metrics.find(({ name }) => name === 'up')?.dimensions).toEqual({ instance: 'web-1' });
    expect(values('node_load1').length).toBeGreaterThanOrEqual(3);
    // Idle CPUs: each between none and all of one, over what the kernel counts in hundredths of a second.
    const idle = values('node_cpu_seconds_total');
    const cpus = [...before.keys()].filter((key) => /^node_cpu_seconds_total.*"idle"/.test(key));
    expect(idle.length).toBeGreaterThanOrEqual(2 * cpus.length);
    for (const share of idle) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThan(1.1);
    }
  });

  it('writes plain log events, one stream for each job, from the files of a CloudWatch Agent', async () => {
    const prometheus = join(folder, 'prometheus.yaml');
    // Else the first differences go back to the test before.
    await rm(service.state, { force: true });
    await writeFile(service.configuration, JSON.stringify(AGENT));
    await writeFile(prometheus, PROMETHEUS.replace('localhost:9100', exporter));
    await account.logs.send(new CreateLogGroupCommand({ logGroupName: 'test' }));
    const filters = metricFiltersIn(await readFile(join(ROOT, 'docs/outside-ecs.md'), 'utf8'));
    for (const filter of filters) await account.logs.send(new PutMetricFilterCommand(filter));

    const before = await scrape();
    const { code } = await run(3, '--prometheus-config', prometheus);
    const after = await scrape();

    expect(code).toBe(0);
    const events = await readLogGroup(account.logs, 'test');
    expect(new Set(events.map(({ stream }) => stream))).toEqual(new Set(['node_exporter']));
    const documents = events.map(({ message }) => JSON.parse(message) as Record<string, unknown>);
    expect(documents.filter((document) => '_aws' in document)).toEqual([]);
    const memory = documents.flatMap((document) => document[MEMORY] ?? []);
    const truth = before.get(seriesName(MEMORY, {}));
    expect(memory).toEqual(new Array(memory.length).fill(truth));
    expect(memory.length).toBeGreaterThanOrEqual(3);

    // moto keeps the filters of the guide as they were put, and applies none: what they give is read off the events.
    const { metricFilters = [] } = await account.logs.send(
      new DescribeMetricFiltersCommand({ logGroupName: 'test' }),
    );
    expect(metricFilters.map(({ filterName }) => filterName)).toEqual([
      'node_load1',
      'node_cpu_idle',
    ]);
    const filtered = events.flatMap(({ message }) =>
      metricFilters.flatMap((filter) => applyFilter(filter, message)),
    );
    const load = filtered.filter(({ metric }) => metric === 'node_load1');
    expect(load).toHaveLength(memory.length);
    expect(load[0]).toMatchObject({
      dimensions: { instance: exporter },
      value: expect.any(Number),
    });
    const idle = filtered.filter(({ metric }) => metric === 'node_cpu_idle_seconds');
    const cpus = [...before.keys()].filter((key) => /^node_cpu_seconds_total.*"idle"/.test(key));
    expect(idle.length).toBeGreaterThanOrEqual(2 * cpus.length);
    expect(idle.every(({ dimensions }) => dimensions.instance === exporter)).toBe(true);

    // A busy machine is never idle, but its CPUs do something.
    const all = documents.flatMap((document) => document.node_cpu_seconds_total ?? []) as number[];
    const grown = sumOf(all);
    expect(grown).toBeGreaterThan(0);
    expect(grown).toBeLessThanOrEqual(cpuSeconds(after) - cpuSeconds(before) + 0.001);
    expect(sumOf(idle.map(({ value }) => value))).toBeLessThanOrEqual(grown);
  });

  it('follows the targets that a file names', async () => {
    const targets = join(folder, 'targets.json');
    const put = (...addresses: string[]) =>
      writeFile(targets, JSON.stringify([{ targets: addresses, labels: { rack: 'a' } }]));
    const files = [{ files: [targets], refresh_interval: '100ms' }];
    await put();
    await writeFile(
      service.configuration,
      JSON.stringify({
        log_group_name: 'files',
        scrape_configs: [{ job_name: 'node', file_sd_configs: files }],
      }),
    );
    await using child = service.start({ every: '200ms', env: { AWS_ENDPOINT_URL: aws.endpoint } });
    await child.says(/ 0 targets: /);
    await put(exporter);
    await child.says(/ 1 targets: 1 up/);
    await child.stop();

    const events = await readLogGroup(account.logs, 'files');
    expect(JSON.parse(events[0]!.message)).toMatchObject({ instance: exporter, rack: 'a' });
  });

  it('discovers and writes as the profiles that a Prometheus file names', async () => {
    const cluster = await Cluster.create(aws, 'shop');
    await cluster.addService('web', 1);
    const keys = new Set<string>();
    await using workspace = await listen(async (request, response) => {
      await bodyOf(request);
      const [, key = ''] = /Credential=(\w+)\//.exec(request.headers.authorization ?? '') ?? [];
      keys.add(key);
      response.writeHead(204).end();
    });
    const credentials = join(folder, 'credentials');
    const own = await readFile(join(folder, 'etc/fargauge/aws'), 'utf8');
    // The cluster is of the account of unknown keys.
    const reader = '[reader]\naws_access_key_id = reader\naws_secret_access_key = secret\n';
    await writeFile(credentials, own + reader);
    await writeFile(
      service.configuration,
      JSON.stringify({
        remote_write: [
          { url: workspace.url, name: 'workspace', sigv4: { region: REGION, profile: PROFILE } },
        ],
        scrape_configs: [
          {
            job_name: 'ecs',
            aws_sd_configs: [
              { role: 'ecs', region: REGION, profile: 'reader', clusters: ['shop'], port: 9 },
            ],
          },
        ],
      }),
    );
    // Without the profile and the output of the unit: the file says all of it.
    const program = join(folder, 'opt/fargauge/fargauge.cjs');
    await using child = start(
      process.execPath,
      [program, 'collect', '--config', service.configuration, '--region', REGION],
      { AWS_ENDPOINT_URL: aws.endpoint, AWS_SHARED_CREDENTIALS_FILE: credentials },
    );
    // The task is there, and nothing listens at its address.
    await child.says(/ 1 targets: 0 up, 1 down/);
    await child.ended;

    expect(child.stdout()).toMatch(/^workspace: \d+ samples, \d+ bytes in 2 requests$/m);
    const holders = await Promise.all([...keys].map((key) => holderOf(aws, key)));
    expect(holders).toEqual([`arn:aws:sts::${ACCOUNT}:assumed-role/collector/test`]);
  });
});

/** The two files of a CloudWatch Agent on a server, without `emf_processor`. */
const AGENT = {
  agent: { run_as_user: 'root' },
  logs: {
    metrics_collected: {
      prometheus: {
        log_group_name: 'test',
        prometheus_config_path: '/etc/prometheusconfig/prometheus.yaml',
      },
    },
    force_flush_interval: 5,
  },
};

const PROMETHEUS = `
global:
  evaluation_interval: 1m
  scrape_interval: 1m
  scrape_timeout: 10s
scrape_configs:
- job_name: 'node_exporter'
  sample_limit: 10000
  metrics_path: /metrics
  static_configs:
  - targets: ['localhost:9100']
`;

function cpuSeconds(exposed: ReadonlyMap<string, number>): number {
  const series = [...exposed].filter(([key]) => key.startsWith('node_cpu_seconds_total['));
  return sumOf(series.map(([, value]) => value));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
