import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultDocument } from '../../../lambda/config/native/default.ts';
import { minutesAtOnce } from '../../config/minutes-at-once.ts';
import { type Aws, REGION, startAws } from '../support/aws/aws.ts';
import { Cluster, type RegisteredTask } from '../support/aws/cluster.ts';
import { listLogGroups, readLogGroup } from '../support/aws/log-group.ts';
import { collect, reportOf } from '../support/collect.ts';
import { type ExtractedMetric, extractMetrics } from '../support/emf.ts';
import { startSidecar } from '../support/sidecar.ts';

/** What the documents in `data` amount to, by the formulas of the sidecar's documentation. */
const EXPECTED = {
  web: {
    // (4 s + 0.1 s of CPU time) in 10 s, of 0.5 vCPU; (600 - 100) MiB + 24 MiB of 1024 MiB.
    task: { cpu: 82, memory: 51.171875 },
    // 0.4 vCPU of 256 units; 500 of 800 MiB.
    app: { cpu: 160, memory: 62.5 },
    // 0.01 of 0.5 vCPU; 24 of 1024 MiB.
    fargauge: { cpu: 2, memory: 2.34375 },
  },
  worker: {
    // (0.9 s + 0.1 s of CPU time) in 10 s, of 1 vCPU; (300 - 68) MiB + 24 MiB of 2048 MiB.
    task: { cpu: 10, memory: 12.5 },
    app: { cpu: 9, memory: 11.328125 },
    fargauge: { cpu: 1, memory: 1.171875 },
  },
} as const;

describe('collect against moto', () => {
  const started = new AsyncDisposableStack();
  let aws: Aws;
  let folder: string;
  let tasks: RegisteredTask[];
  let arguments_: readonly string[];
  let config: string;
  const given = (cluster: string) => {
    return ['--cluster', cluster, '--config', config, '--output', 'cloudwatch-logs'];
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-moto-'));
    started.defer(() => rm(folder, { recursive: true }));
    aws = started.use(await startAws());
    const cluster = await Cluster.create(aws, 'shop');
    tasks = [...(await cluster.addService('web', 2)), ...(await cluster.addService('worker', 1))];
    for (const { service, address } of tasks) started.use(await startSidecar(service, address));
    config = join(folder, 'containers.json');
    await writeFile(config, JSON.stringify(minutesAtOnce(defaultDocument('containers'))));
    arguments_ = ['--endpoint-url', aws.endpoint, '--region', REGION, '--json'];
  });

  afterAll(() => started.disposeAsync());

  it('publishes the utilization of every task and container', async () => {
    const began = Date.now();
    const report = reportOf(await collect([...given('shop'), ...arguments_], aws.env));
    const events = await readLogGroup(aws.logs, '/fargauge/shop');
    const metrics = events.flatMap(({ message }) => extractMetrics(message));

    expect(report.targets).toEqual({ discovered: 3, up: 3, down: 0, stopped: 0 });
    expect(report.discoveryErrors).toEqual([]);
    expect(report.deliveries).toMatchObject([{ events: events.length, rejected: {}, errors: [] }]);
    expect(metrics.map(described).sort()).toEqual(tasks.flatMap(expectedOf).sort());
    expect(new Set(metrics.map(({ namespace }) => namespace))).toEqual(new Set(['Fargauge']));
    expect(new Set(metrics.map(({ unit }) => unit))).toEqual(new Set(['Percent']));
    for (const { timestamp, message } of events) {
      expect(timestamp).toBe(JSON.parse(message)._aws.Timestamp);
      // That of the sidecar's sample.
      expect(timestamp).toBeGreaterThanOrEqual(began - 60_000);
      expect(timestamp).toBeLessThanOrEqual(Date.now());
    }
  });

  it('obeys a CloudWatch Agent configuration with its Prometheus file', async () => {
    const config = join(folder, 'agent.json');
    const prometheus = join(folder, 'prometheus.yaml');
    await writeFile(config, JSON.stringify(AGENT));
    await writeFile(prometheus, PROMETHEUS);
    const files = ['--config', config, '--prometheus-config', prometheus];

    // Twice: the group and its streams are there the second time.
    for (const cycle of [1, 2]) {
      const report = reportOf(
        await collect([...files, '--output', 'cloudwatch-logs', ...arguments_], aws.env),
      );
      expect(report.targets).toEqual({ discovered: 3, up: 3, down: 0, stopped: 0 });

      const events = await readLogGroup(aws.logs, '/agent/shop');
      const metrics = events.flatMap(({ message }) => extractMetrics(message));
      expect(metrics.map(summary).sort()).toEqual(
        [
          'ECS/Shop ee_task_memory_limit_byte/Bytes {"TaskDefinitionFamily":"web"} 1073741824',
          'ECS/Shop ee_task_memory_limit_byte/Bytes {"TaskDefinitionFamily":"web"} 1073741824',
          'ECS/Shop ee_task_memory_limit_byte/Bytes {} 1073741824',
          'ECS/Shop ee_task_memory_limit_byte/Bytes {} 1073741824',
        ].flatMap((line) => new Array<string>(cycle).fill(line)),
      );
    }
  });

  it('delivers the other tasks where one does not answer', async () => {
    const cluster = await Cluster.create(aws, 'half');
    const [alive, dead] = await cluster.addService('web', 2);
    await using _sidecar = await startSidecar('web', alive!.address);

    const report = reportOf(await collect([...given('half'), ...arguments_], aws.env));
    const events = await readLogGroup(aws.logs, '/fargauge/half');

    expect(report.targets).toEqual({ discovered: 2, up: 1, down: 1, stopped: 0 });
    expect(report.scrapes.find(({ up }) => !up)).toMatchObject({
      url: expect.stringContaining(dead!.address),
      labels: { TaskId: dead!.id },
    });
    expect(new Set(events.map(({ message }) => JSON.parse(message).TaskId))).toEqual(
      new Set([alive!.id]),
    );
  });

  it('reports success where no minute of a task is complete, as its figures are yet to come', async () => {
    const cluster = await Cluster.create(aws, 'young');
    const [task] = await cluster.addService('web', 1);
    await using _sidecar = await startSidecar('web', task!.address);
    const whole = ['--cluster', 'young', '--output', 'cloudwatch-logs', ...arguments_];

    const report = reportOf(await collect(whole, aws.env));

    expect(report).toMatchObject({ targets: { up: 1 }, nothingPublished: false, silentJobs: [] });
    expect(report.samples.published).toBe(0);
  });

  it('reports a cluster that does not exist and delivers nothing', async () => {
    const { code, stdout } = await collect(
      ['--cluster', 'nowhere', '--output', 'cloudwatch-logs', ...arguments_],
      aws.env,
    );
    const report = JSON.parse(stdout);

    expect(code).toBe(1);
    expect(report.targets.discovered).toBe(0);
    expect(report.discoveryErrors.join()).toContain('ClusterNotFoundException');
    expect(await listLogGroups(aws.logs)).not.toContain('/fargauge/nowhere');
  });
});

const AGENT = {
  logs: {
    metrics_collected: {
      prometheus: {
        cluster_name: 'shop',
        log_group_name: '/agent/{ClusterName}',
        prometheus_config_path: 'env:PROMETHEUS_CONFIG_CONTENT',
        ecs_service_discovery: {
          sd_frequency: '1m',
          sd_target_cluster: 'shop',
          sd_cluster_region: REGION,
          sd_result_file: '/tmp/cwagent_ecs_auto_sd.yaml',
          docker_label: {},
        },
        emf_processor: {
          metric_namespace: 'ECS/Shop',
          metric_unit: { ee_task_memory_limit_byte: 'Bytes' },
          metric_declaration: [
            {
              source_labels: ['TaskDefinitionFamily'],
              label_matcher: '^web$',
              dimensions: [['TaskDefinitionFamily'], []],
              metric_selectors: ['^ee_task_memory_limit_byte$'],
            },
          ],
        },
      },
    },
  },
};

const PROMETHEUS = `
global:
  scrape_interval: 1m
  scrape_timeout: 10s
scrape_configs:
  - job_name: cwagent-ecs-file-sd-config
    sample_limit: 10000
    file_sd_configs:
      - files: ["/tmp/cwagent_ecs_auto_sd.yaml"]
`;

/** The metrics that the default configuration with containers makes of one task, in the words of `described`. */
function expectedOf({ id, service }: RegisteredTask): string[] {
  const { task, app, fargauge } = EXPECTED[service as keyof typeof EXPECTED];
  const owner = { ClusterName: 'shop', ServiceName: service };
  const container = (name: string, { cpu, memory }: { cpu: number; memory: number }) => [
    line(id, 'ee_container_cpu_utilization_percent', { ...owner, container_name: name }, cpu),
    line(
      id,
      'ee_container_memory_utilization_percent',
      { ...owner, container_name: name },
      asPublished(memory),
    ),
  ];
  return [
    line(id, 'ee_task_cpu_utilization_percent', owner, task.cpu),
    line(id, 'ee_task_memory_utilization_percent', owner, asPublished(task.memory)),
    ...container('app', app),
    ...container('fargauge', fargauge),
  ];
}

/** The built-in configuration publishes five digits of a percentage. */
function asPublished(percent: number): number {
  return Number(percent.toPrecision(5));
}

function described({ name, dimensions, values, event }: ExtractedMetric): string {
  // The quotients of the sidecar are floating point numbers; nine digits tell all that matters.
  const value = values.map((number) => Number(number.toPrecision(9))).join();
  return line(String(event.TaskId), name, dimensions, value);
}

function line(
  task: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
  value: string | number,
): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${task} ${name} ${JSON.stringify(Object.fromEntries(sorted))} ${value}`;
}

function summary({ namespace, name, unit, dimensions, values }: ExtractedMetric): string {
  return `${namespace} ${name}/${unit} ${JSON.stringify(dimensions)} ${values.join()}`;
}
