import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleCollector } from '../../../infra/build/bundle.ts';
import { DEFAULT_NAMESPACE, ENV } from '../../../lambda/model/settings/names.ts';
import { figuresOf } from '../../handler/own-figures.ts';
import { type Aws, startAws } from '../support/aws/aws.ts';
import { Cluster, type RegisteredTask } from '../support/aws/cluster.ts';
import { startFunction } from '../support/aws/lambda-function.ts';
import { listLogGroups, readLogGroup } from '../support/aws/log-group.ts';
import { extractMetrics } from '../support/emf.ts';
import { type Listening, listen } from '../support/http.ts';
import { CACHE } from '../support/places.ts';
import { startSidecar } from '../support/sidecar.ts';

/** As EventBridge Scheduler sends it. */
const EVENT = { version: '0', source: 'aws.scheduler', 'detail-type': 'Scheduled Event' };

const TIMEOUT_MS = 30_000;

/** Between two invocations of the schedule. */
const PAUSE_MS = 2_000;

describe('the bundle in the Lambda runtime', () => {
  const folder = join(CACHE, 'collector');
  const started = new AsyncDisposableStack();
  let aws: Aws;
  let task: RegisteredTask;

  beforeAll(async () => {
    await bundleCollector(folder);
    aws = started.use(await startAws());
    const cluster = await Cluster.create(aws, 'shop');
    [task] = (await cluster.addService('web', 1)) as [RegisteredTask];
    started.use(await startSidecar('web', task.address));
  });

  afterAll(() => started.disposeAsync());

  it('collects the sidecars of its cluster by default and reports on itself', async () => {
    await using lambda = await startFunction(folder, { ...aws.env, [ENV.cluster]: 'shop' });

    // The sidecar gives a minute away when it is complete, or when its figures stay as they are for half a minute.
    let invocations = 0;
    do {
      if (invocations > 0) await setTimeout(PAUSE_MS);
      const outcome = await lambda.invoke(EVENT, TIMEOUT_MS);
      expect(outcome).toMatchObject({
        kind: 'response',
        body: { targets: { discovered: 1, up: 1, down: 0 }, deliveries: [{ rejected: {} }] },
      });
      invocations += 1;
    } while (!(await listLogGroups(aws.logs)).includes('/fargauge/shop'));
    const stored = await readLogGroup(aws.logs, '/fargauge/shop');
    expect(stored.flatMap(({ message }) => extractMetrics(message))).toContainEqual(
      expect.objectContaining({
        namespace: DEFAULT_NAMESPACE,
        name: 'ee_task_cpu_utilization_percent',
        dimensions: { ClusterName: 'shop', ServiceName: 'web' },
        values: [82],
        event: expect.objectContaining({ TaskId: task.id }),
      }),
    );
    const each = (value: number) => new Array<number>(invocations).fill(value);
    expect(figuresOf(lambda.process.stdout())).toMatchObject({
      ColdStart: [1],
      TargetsDiscovered: each(1),
      TargetsUp: each(1),
      TargetsDown: each(0),
      EventsAccepted: [...each(0).slice(1), stored.length],
    });
  }, 120_000);

  it('keeps the counters of one invocation for the next', async () => {
    let orders = 100;
    await using shop = await serve(() => `# TYPE orders_total counter\norders_total ${orders}\n`);
    await using lambda = await startFunction(folder, {
      ...aws.env,
      CW_CONFIG_CONTENT: JSON.stringify(agent('counters')),
      PROMETHEUS_CONFIG_CONTENT: scrape(shop.address),
    });

    const first = await lambda.invoke(EVENT, TIMEOUT_MS);
    orders = 142;
    const second = await lambda.invoke(EVENT, TIMEOUT_MS);
    orders = 145;
    const third = await lambda.invoke(EVENT, TIMEOUT_MS);

    const published = [first, second, third].map(({ kind, ...rest }) =>
      kind === 'response' && 'body' in rest
        ? (rest.body as { samples: { published: number } }).samples.published
        : rest,
    );
    expect(published).toEqual([0, 1, 1]);
    const stored = await readLogGroup(aws.logs, 'counters');
    const metrics = stored.flatMap(({ message }) => extractMetrics(message));
    expect(metrics.map(({ name, values }) => [name, ...values])).toEqual([
      ['orders_total', 42],
      ['orders_total', 3],
    ]);
    expect(figuresOf(lambda.process.stdout())).toMatchObject({
      ColdStart: [1],
      SamplesPublished: [0, 1, 1],
    });
  });

  it('answers before its deadline although a target never does', async () => {
    await using silent = await listen(() => {});
    await using lively = await serve(() => '# TYPE queue_length gauge\nqueue_length 7\n');
    await using lambda = await startFunction(folder, {
      ...aws.env,
      CW_CONFIG_CONTENT: JSON.stringify(agent('deadline')),
      PROMETHEUS_CONFIG_CONTENT: scrape(silent.address, lively.address),
    });
    // The start of the process is no part of the invocation.
    expect(await lambda.invoke(EVENT, 3_000)).toMatchObject({ kind: 'response' });

    // A function that is late gets the outcome `timeout`.
    const outcome = await lambda.invoke(EVENT, 4_000);

    expect(outcome).toMatchObject({
      kind: 'response',
      body: { targets: { discovered: 2, up: 1, down: 1 } },
    });
    const stored = await readLogGroup(aws.logs, 'deadline');
    expect(stored.flatMap(({ message }) => extractMetrics(message))).toContainEqual(
      expect.objectContaining({ name: 'queue_length', values: [7] }),
    );
  });

  it('fails the invocation where nothing could be collected', async () => {
    await using lambda = await startFunction(folder, { ...aws.env, [ENV.cluster]: 'nowhere' });

    const outcome = await lambda.invoke(EVENT, TIMEOUT_MS);

    expect(outcome).toMatchObject({
      kind: 'error',
      error: { errorMessage: expect.stringContaining('ClusterNotFoundException') },
    });
    expect(figuresOf(lambda.process.stdout())).toMatchObject({
      TargetsDiscovered: [0],
      DiscoveryErrors: [1],
    });
  });

  it('does not start with a broken configuration and names all that is wrong', async () => {
    const config = agent('broken');
    Object.assign(config.logs.metrics_collected.prometheus.emf_processor, {
      metric_namespace: 7,
      metric_declarations: [],
    });
    await using lambda = await startFunction(folder, {
      ...aws.env,
      CW_CONFIG_CONTENT: JSON.stringify(config),
      PROMETHEUS_CONFIG_CONTENT: scrape('127.0.0.1:9546').replace('scrape_timeout', 'timeout'),
    });

    const { errorMessage } = await lambda.initError();

    const path = 'logs.metrics_collected.prometheus.emf_processor';
    expect(errorMessage).toContain('CW_CONFIG_CONTENT');
    expect(errorMessage).toContain(`${path}.metric_namespace`);
    expect(errorMessage).toContain('metric_declarations');
    expect(errorMessage).toContain('PROMETHEUS_CONFIG_CONTENT');
    expect(errorMessage).toContain('timeout');
  });
});

/** A target that says what `exposition` gives at each scrape. */
function serve(exposition: () => string): Promise<Listening> {
  return listen((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(exposition());
  });
}

/** A CloudWatch Agent configuration that publishes what `serve` gives, without dimensions. */
function agent(logGroup: string) {
  return {
    logs: {
      metrics_collected: {
        prometheus: {
          cluster_name: 'shop',
          log_group_name: logGroup,
          prometheus_config_path: 'env:PROMETHEUS_CONFIG_CONTENT',
          emf_processor: {
            metric_namespace: 'Shop',
            metric_declaration: [
              {
                source_labels: ['job'],
                dimensions: [[]],
                metric_selectors: ['^(orders_total|queue_length)$'],
              },
            ],
          },
        },
      },
    },
  };
}

function scrape(...targets: readonly string[]): string {
  return `
global:
  scrape_interval: 1m
  scrape_timeout: 10s
scrape_configs:
  - job_name: shop
    static_configs:
      - targets: ${JSON.stringify(targets)}
`;
}
