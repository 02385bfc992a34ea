import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { serveMetrics } from '../cli/target.ts';
import { container, definition, task } from '../discovery/ecs/cluster/cluster-of.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { type S3Server, startS3 } from '../state/s3-server.ts';
import { environmentFor, startFunction } from './function-process.ts';

const GROUP = '/shop';
const TARGETS = 6;

let aws: Aws;
let s3: S3Server;

beforeEach(async () => {
  [aws, s3] = await Promise.all([startAws(), startS3()]);
});

afterEach(async () => {
  await Promise.all([aws.close(), s3[Symbol.asyncDispose]()]);
});

/** One application under as many paths, each of which is a target. */
function environment(address: string, more: Record<string, string>): Record<string, string> {
  const jobs = Array.from({ length: TARGETS }, (_, n) => ({
    job_name: `shop${n}`,
    metrics_path: `/${n}`,
    static_configs: [{ targets: [address] }],
  }));
  return {
    ...environmentFor(aws),
    AWS_ENDPOINT_URL_S3: s3.url,
    FARGAUGE_STATE: 's3://states/shop',
    FARGAUGE_COLLECTOR: 'shop-collector',
    FARGAUGE_CONFIG: JSON.stringify({
      log_group_name: GROUP,
      scrape_configs: jobs,
      emf_processor: {
        metric_namespace: 'Shop',
        metric_declaration: [
          { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^orders_'] },
        ],
      },
    }),
    ...more,
  };
}

const gauge = () => '# TYPE orders_open gauge\norders_open 1\n';

describe('the functions of a divided collector', () => {
  it('collect each target once, and speak of themselves by one name', async () => {
    // GIVEN
    await using target = await serveMetrics(gauge);
    const env = environment(target.address, { FARGAUGE_SHARDS: '2' });
    await using discovery = await startFunction(env);
    await using one = await startFunction(env);
    await using other = await startFunction(env);

    // WHEN
    const started = await discovery.invokeWith('discover', {});
    if (started.kind !== 'result') throw new Error(JSON.stringify(started));
    const { cycle, shards } = started.result as { cycle: object; shards: readonly object[] };
    const answers = await Promise.all(
      [one, other].map((each, n) => each.invokeWith('handler', { ...shards[n], cycle })),
    );

    // THEN
    expect(answers.map(({ kind }) => kind)).toEqual(['result', 'result']);
    const published = aws.logs
      .events({ group: GROUP })
      .flatMap(({ message }) => extractMetrics(message))
      .map(({ dimensions }) => dimensions.job);
    expect(published.sort()).toEqual(Array.from({ length: TARGETS }, (_, n) => `shop${n}`));

    const ofDiscovery = await discovery.end();
    expect(ofDiscovery.figures).toEqual({
      ColdStart: [1],
      Shards: [2],
      ShardsLate: [0],
      TargetsUnreachable: [0],
      DiscoveryErrors: [0],
      StateSetAside: [0],
      DiscoveryDuration: [expect.any(Number)],
      ConfigurationRefused: [0],
      ConfigurationUnread: [0],
    });
    const ofShards = await Promise.all([one.end(), other.end()]);
    const up = ofShards.flatMap(({ figures }) => figures.TargetsUp ?? []);
    expect(up.reduce((sum, each) => sum + each)).toBe(TARGETS);
    for (const { stdout } of [ofDiscovery, ...ofShards]) {
      const own = stdout.split('\n').filter((line) => line.includes('"ConfigurationRefused"'));
      expect(own.map((line) => JSON.parse(line).Collector)).toEqual(['shop-collector']);
    }
  });

  it('name what cannot be reached, and say where nothing is published', async () => {
    // GIVEN one target that gives samples which no rule selects, and a task whose port leads nowhere
    await using target = await serveMetrics(() => 'items_open 1\n');
    aws.ecs.putTaskDefinition(definition('web', [container({ portMappings: [] })]));
    aws.ecs.putTask(task('t1', '10.0.0.1'));
    const given = environment(target.address, { FARGAUGE_SHARDS: '2' });
    const document = JSON.parse(given.FARGAUGE_CONFIG ?? '');
    const ecs_service_discovery = { sd_target_cluster: 'demo', docker_label: {} };
    const scrape_configs = [
      { job_name: 'ecs', ecs_discovered: true },
      { job_name: 'shop', static_configs: [{ targets: [target.address] }] },
    ];
    const FARGAUGE_CONFIG = JSON.stringify({ ...document, ecs_service_discovery, scrape_configs });
    await using lambda = await startFunction({ ...given, FARGAUGE_CONFIG });

    // WHEN
    const started = await lambda.invokeWith('discover', {});
    if (started.kind !== 'result') throw new Error(JSON.stringify(started));
    const { cycle, shards } = started.result as { cycle: object; shards: readonly object[] };
    for (const shard of shards) await lambda.invokeWith('handler', { ...shard, cycle });

    // THEN
    const { figures, log } = await lambda.end();
    expect(figures.TargetsUnreachable).toEqual([1, 0, 0]);
    // Of the shard without targets nothing is said.
    expect(figures.NothingPublished).toEqual([1]);
    expect(log.filter(({ message }) => message === 'targets cannot be reached')).toEqual([
      expect.objectContaining({
        targets: ['container app, port 9404, task definition web:1, cluster demo: task t1'],
      }),
    ]);
  });

  it('say that a cycle is still under way by the name of the error, for who starts them', async () => {
    await using target = await serveMetrics(gauge);
    await using discovery = await startFunction(
      environment(target.address, { FARGAUGE_SHARDS: '1' }),
    );
    await discovery.invokeWith('discover', {});
    expect(await discovery.invokeWith('discover', {})).toMatchObject({
      kind: 'error',
      name: 'CycleUnderWayError',
    });
  });

  it('fail where nothing could be found, but not a shard that has none of what was found', async () => {
    await using target = await serveMetrics(gauge);
    aws.ecs.putCluster('shop');
    aws.faults.inject('ListTasks', { kind: 'deny' });
    const ecs = { job_name: 'ecs', ecs_discovered: true };
    const shop = { job_name: 'shop', static_configs: [{ targets: [target.address] }] };
    const collecting = (...scrape_configs: readonly object[]) => {
      const given = environment(target.address, { FARGAUGE_SHARDS: '2' });
      const ecs_service_discovery = { sd_target_cluster: 'shop', docker_label: {} };
      const document = JSON.parse(given.FARGAUGE_CONFIG ?? '');
      return {
        ...given,
        FARGAUGE_CONFIG: JSON.stringify({ ...document, ecs_service_discovery, scrape_configs }),
      };
    };

    await using blind = await startFunction(collecting(ecs));
    expect(await blind.invokeWith('discover', {})).toMatchObject({
      kind: 'error',
      message: expect.stringMatching(/^no target: .*ListTasks/),
    });

    s3.objects.clear();
    await using lambda = await startFunction(collecting(ecs, shop));
    const started = await lambda.invokeWith('discover', {});
    if (started.kind !== 'result') throw new Error(JSON.stringify(started));
    const { cycle, shards } = started.result as { cycle: object; shards: readonly object[] };
    const up: unknown[] = [];
    for (const shard of shards) {
      const answer = await lambda.invokeWith('handler', { ...shard, cycle });
      if (answer.kind !== 'result') throw new Error(JSON.stringify(answer));
      up.push((answer.result as { targets: { up: number } }).targets.up);
    }
    expect(up.sort()).toEqual([0, 1]);
  });

  it.each([
    ['discover' as const, {}, { FARGAUGE_SHARDS: '' }, 'Expected FARGAUGE_SHARDS, got nothing'],
    [
      'handler' as const,
      {
        shard: 0,
        digest: '',
        cycle: { layout: 1, shards: 1, inherits: null, endsBy: 1, listedAt: 1, complete: true },
      },
      { FARGAUGE_SHARDS: '' },
      'Expected FARGAUGE_SHARDS for the event of a shard, got nothing',
    ],
    [
      'handler' as const,
      { source: 'aws.scheduler' },
      { FARGAUGE_SHARDS: '2' },
      'Expected the event of a shard, got {"source":"aws.scheduler"}',
    ],
  ])('refuse what is not for them: %s %j', async (handler, event, more, message) => {
    await using target = await serveMetrics(gauge);
    await using lambda = await startFunction(environment(target.address, more));
    expect(await lambda.invokeWith(handler, event)).toMatchObject({ kind: 'error', message });
  });

  it('do not start without a place for their states', async () => {
    await using lambda = await startFunction(
      environment('127.0.0.1:1', { FARGAUGE_SHARDS: '2', FARGAUGE_STATE: '' }),
    );
    expect(lambda.loaded).toMatchObject({
      kind: 'error',
      message: 'Expected FARGAUGE_STATE beside FARGAUGE_SHARDS, got nothing',
    });
  });
});
