import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAws } from '../../cli/demo/aws/server.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { bundleCollector } from '../../infra/build/bundle.ts';
import { deployedIn } from '../docs/deployed.ts';
import { type Journey, startJourney } from '../docs/journey.ts';
import { serveAt, shop } from '../docs/serve.ts';
import { startSidecarOf } from '../docs/sidecar-of.ts';
import { environmentFor, startFunction } from '../handler/function-process.ts';
import { PROMETHEUS } from './support/places.ts';
import { type Prometheus, startPrometheus } from './support/prometheus/prometheus.ts';

const SLOW = 240_000;
const TASK_ID = 'a1'.repeat(16);

/** A guide that leads to a workspace. */
interface Case {
  readonly page: string;
  readonly assembly: string;
  readonly stack: string;
  readonly family: string;
  readonly cluster: string;
  /** Where the application listens. */
  readonly port: number;
  readonly rules?: string;
}

/** Follows a guide, and has what it deploys run one task and two cycles that write into a Prometheus. */
async function collected(
  { page, assembly, stack, family, cluster, port, rules }: Case,
  started: AsyncDisposableStack,
): Promise<{ prometheus: Prometheus; journey: Journey }> {
  const journey = started.use(await startJourney(page));
  expect(await journey.runNext()).toMatchObject({ code: 0 });
  const deployed = await deployedIn(journey, assembly, stack);
  const prometheus = started.use(
    await startPrometheus(
      PROMETHEUS,
      ['--web.enable-remote-write-receiver'],
      rules === undefined
        ? ''
        : `global: { evaluation_interval: 1s }\nrule_files: [${join(journey.folder, rules)}]\n`,
    ),
  );
  const aws = await startAws();
  started.defer(() => aws.close());
  const [address] = await taskAddresses(1, Math.random);
  await using _app = await serveAt('127.0.0.1', port, shop);
  await using _sidecar = await startSidecarOf(deployed, family, address!.host);
  deployed.runTask(aws, family, address!.host, { cluster, service: 'demo' });
  // A Prometheus in the place of the workspace, which signs and assumes nothing.
  const outputs = JSON.parse(deployed.functionEnvironment.FARGAUGE_OUTPUTS!).map(
    ({
      role_arn: _role,
      external_id: _id,
      region: _region,
      ...output
    }: Record<string, unknown>) => ({
      ...output,
      url: `${prometheus.url}/api/v1/write`,
    }),
  );
  await using lambda = await startFunction({
    ...deployed.functionEnvironment,
    ...environmentFor(aws),
    FARGAUGE_OUTPUTS: JSON.stringify(outputs),
  });
  for (let cycle = 0; cycle < 2; cycle++) {
    expect(await lambda.invoke()).toMatchObject({ result: { deliveries: [{ rejected: {} }] } });
  }
  return { prometheus, journey };
}

beforeAll(() => bundleCollector().then(() => undefined), SLOW);

describe('docs/migrate-prometheus-agent.md', () => {
  const started = new AsyncDisposableStack();
  let prometheus: Prometheus;
  beforeAll(async () => {
    const to = { assembly: 'orders/cdk.out', stack: 'Orders', family: 'orders', cluster: 'orders' };
    const page = 'docs/migrate-prometheus-agent.md';
    ({ prometheus } = await collected({ page, ...to, port: 8080 }, started));
  }, SLOW);
  afterAll(() => started.disposeAsync());

  it('leads to series of the application with the job, the instance and the external label of before', async () => {
    const [series, ...more] = await prometheus.query('orders_total', Date.now());
    expect(more).toEqual([]);
    expect(series?.labels).toMatchObject({
      job: 'prometheus-agent-test',
      instance: TASK_ID,
      monitor: 'prometheus',
      ServiceName: 'demo',
    });
    expect(series?.values[0]?.[1]).toBe(120);
  });

  it('brings the figures of the task', async () => {
    const series = await prometheus.query('ee_task_cpu_utilization_percent', Date.now());
    expect(series).toHaveLength(1);
  });
});

describe('docs/migrate-adot.md', () => {
  const started = new AsyncDisposableStack();
  let prometheus: Prometheus;
  beforeAll(async () => {
    const to = { assembly: 'shop/cdk.out', stack: 'Shop', family: 'demo-app', cluster: 'shop' };
    const more = { port: 8000, rules: 'shop/rules.yaml' };
    ({ prometheus } = await collected({ page: 'docs/migrate-adot.md', ...to, ...more }, started));
  }, SLOW);
  afterAll(() => started.disposeAsync());

  /** The value of a series, as soon as the rules have made it. */
  async function shown(name: string): Promise<number> {
    for (let tries = 0; tries < 60; tries++) {
      const [series] = await prometheus.query(name, Date.now());
      if (series !== undefined) return series.values[0]![1];
      await sleep(250);
    }
    throw new Error(`There is no ${name}`);
  }

  it.each([
    // Of two containers with 150 MB each without the page cache.
    ['ecs_task_memory_utilized_MiB', 300_000_000 / 1_048_576],
    ['ecs_task_memory_reserved_MiB', 1024],
    ['ecs_task_cpu_utilized_None', 0.2 * 1024],
    ['ecs_task_cpu_reserved_None', 512],
    ['ecs_task_network_rate_rx_Bytes_per_Second', 2000],
    ['ecs_task_network_rate_tx_Bytes_per_Second', 0],
    ['ecs_task_storage_read_bytes_Bytes', 2 * 4096],
    ['ecs_task_storage_write_bytes_Bytes', 2 * 1000],
    ['orders_open{job="prometheus-demo-app"}', 7],
  ])('leads to %s as ADOT had it: %d', async (name, expected) => {
    expect(await shown(name)).toBeCloseTo(expected, 3);
  });

  it('has what the variables of the dashboard ask for', async () => {
    const query = `ee_task_info{TaskClusterName="shop",ServiceName="demo",TaskId="${TASK_ID}"}`;
    expect(await prometheus.query(query, Date.now())).toHaveLength(1);
  });
});
