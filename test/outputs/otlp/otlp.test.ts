import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { TargetSamples } from '../../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import {
  type Labels,
  labelsOf,
  type MetricType,
  type Sample,
  type Series,
} from '../../../lambda/model/samples/sample.ts';
import {
  MAX_AGE_MS,
  MAX_AHEAD_MS,
  MAX_ATTRIBUTES,
  MAX_POINT_BYTES,
  MAX_POINTS,
  MAX_REQUEST_BYTES,
} from '../../../lambda/outputs/otlp/limits.ts';
import { cloudWatchUrl, type OtlpOptions, otlpOutput } from '../../../lambda/outputs/otlp/otlp.ts';
import { counter, MINUTE, series, target } from '../../series/samples.ts';
import {
  CREDENTIALS,
  impatient,
  NO_DEADLINE,
  type Receiver,
  type Reply,
  startReceiver,
} from '../push/receiver.ts';
import { readExportRequest, type SentPoint } from './export-request.ts';

const NOW = Date.UTC(2026, 0, 1);

const UP: readonly Sample[] = [{ series: series('up'), value: 1 }];

/** Nanoseconds of that. */
const NOW_NS = BigInt(NOW) * 1_000_000n;

const TASK = labelsOf({
  ClusterName: 'main',
  ServiceName: 'shop',
  TaskArn: 'arn:aws:ecs:eu-central-1:123456789012:task/main/0123abcd',
  TaskClusterName: 'main',
  TaskDefinitionFamily: 'shop-task',
  TaskId: '0123abcd',
  TaskRevision: '7',
  LaunchType: 'FARGATE',
  AvailabilityZone: 'eu-central-1a',
  container_name: 'app',
  instance: '10.0.0.1:8080',
  job: 'shop',
  team: 'web',
});

describe('otlpOutput', () => {
  it('makes the labels of a target the attributes of a resource', async () => {
    const { points } = await sent([{ series: series('up'), value: 1 }], { labels: TASK });
    expect(points[0]?.resource).toEqual({
      'aws.ecs.cluster.name': 'main',
      'aws.ecs.service.name': 'shop',
      'aws.ecs.task.arn': TASK.TaskArn,
      'aws.ecs.task.family': 'shop-task',
      'aws.ecs.task.id': '0123abcd',
      'aws.ecs.task.revision': '7',
      'aws.ecs.launchtype': 'fargate',
      'cloud.account.id': '123456789012',
      'cloud.availability_zone': 'eu-central-1a',
      'cloud.platform': 'aws_ecs',
      'cloud.provider': 'aws',
      'cloud.region': 'eu-central-1',
      'container.name': 'app',
      'service.instance.id': '10.0.0.1:8080',
      'service.name': 'shop',
      team: 'web',
    });
  });

  it('sends lean resources without what other attributes say too', async () => {
    const labels = labelsOf({
      ...TASK,
      ...{
        StartedBy: 'ecs-svc/1',
        TaskGroup: 'service:shop',
        VpcId: 'vpc-1',
        SubnetId: 'subnet-1',
      },
      ...{ InstanceType: 'm7g.large', ECS_PROMETHEUS_EXPORTER_PORT: '8080' },
    });
    const { points } = await sent(UP, { labels }, { attributes: 'lean' });
    expect(points[0]?.resource).toEqual({
      'aws.ecs.cluster.name': 'main',
      'aws.ecs.service.name': 'shop',
      'aws.ecs.task.family': 'shop-task',
      'aws.ecs.task.id': '0123abcd',
      'container.name': 'app',
      'service.instance.id': '10.0.0.1:8080',
      'service.name': 'shop',
      team: 'web',
    });
  });

  it('sends the named attributes, by their names or those of labels, and what tells targets apart', async () => {
    const attributes = ['TaskId', 'cloud.region', 'team', 'absent'];
    const { points } = await sent(UP, { labels: TASK }, { attributes });
    expect(points[0]?.resource).toEqual({
      'aws.ecs.task.id': '0123abcd',
      'cloud.region': 'eu-central-1',
      'service.instance.id': '10.0.0.1:8080',
      'service.name': 'shop',
      team: 'web',
    });
  });

  it('keeps the labels of a series, whatever its resource has', async () => {
    const own = series('requests', { labels: labelsOf({ method: 'GET', code: '200' }) });
    const { points } = await sent([{ series: own, value: 1 }], {}, { attributes: [] });
    expect(points[0]?.attributes).toEqual({ method: 'GET', code: '200' });
  });

  it.each<[MetricType, Partial<SentPoint>]>([
    ['gauge', { kind: 'gauge' }],
    ['unknown', { kind: 'gauge' }],
    ['info', { kind: 'gauge' }],
    ['stateset', { kind: 'gauge' }],
    ['gaugehistogram', { kind: 'gauge' }],
    ['counter', { kind: 'sum', temporality: 2, monotonic: true }],
  ])('sends a %s as it is', async (type, expected) => {
    const { points } = await sent([
      { series: series('some', { type, labels: { route: '/' } }), value: 2.5 },
    ]);
    expect(points).toEqual([
      {
        resource: { 'service.instance.id': '127.0.0.1:9100', 'service.name': 'app' },
        metric: 'some',
        attributes: { route: '/' },
        time: NOW_NS,
        value: 2.5,
        ...expected,
      },
    ]);
  });

  it.each<[string, Partial<Sample>, number | undefined, bigint | undefined]>([
    ['the time that the exposition gives', { start: NOW - 1 }, NOW - 2, NOW_NS - 1_000_000n],
    ['the start of the task where nothing is nearer', {}, NOW - 2, NOW_NS - 2_000_000n],
    ['no time where none is known', {}, undefined, undefined],
    ['no time that is later than the value', { start: NOW + 1 }, undefined, undefined],
    ['no time before there were any', { start: -1e300 }, undefined, undefined],
  ])('has a counter begin at %s', async (_, more, startedAt, expected) => {
    const sample = { series: counter('requests_total'), value: 1, ...more };
    const { points } = await sent([sample], { startedAt });
    expect(points[0]?.start).toBe(expected);
  });

  it('has a gauge begin at no time', async () => {
    const { points } = await sent([{ series: series('up'), value: 1 }], { startedAt: NOW - 1 });
    expect(points[0]).not.toHaveProperty('start');
  });

  it('sends times of samples to the nanosecond', async () => {
    const { points } = await sent([{ series: series('up'), value: 1, timestamp: NOW + 0.25 }]);
    expect(points[0]?.time).toBe(NOW_NS + 250_000n);
  });

  it('sends a histogram with what each bucket counts by itself', async () => {
    const { points, drops } = await sent(
      histogram(
        { '0.5': 2, '+Inf': 9, '0.1': 1, '2.5': 6 },
        { sum: 12.5, count: 9 },
        { route: '/' },
      ),
    );
    expect(points).toEqual([
      expect.objectContaining({
        metric: 'latency_seconds',
        kind: 'histogram',
        temporality: 2,
        attributes: { route: '/' },
        bounds: [0.1, 0.5, 2.5],
        counts: [1n, 1n, 4n, 3n],
        count: 9n,
        sum: 12.5,
      }),
    ]);
    expect(drops.total).toBe(0);
  });

  it.each<[string, Record<string, number>, { sum?: number; count?: number }, Partial<SentPoint>]>([
    [
      'without its last bucket',
      { '1': 2 },
      { count: 5 },
      { count: 5n, counts: [2n, 3n], bounds: [1] },
    ],
    [
      'with buckets alone',
      { '1': 2, '5': 4 },
      {},
      { count: 4n, counts: [2n, 2n, 0n], bounds: [1, 5] },
    ],
    ['without buckets', {}, { sum: 3, count: 5 }, { count: 5n, sum: 3, counts: [], bounds: [] }],
    [
      'with a sum that is no number',
      { '+Inf': 3 },
      { sum: Number.NaN },
      { count: 3n, counts: [3n] },
    ],
    [
      'with bounds below zero',
      { '-1': 1, '0': 2, '+Inf': 3 },
      {},
      { bounds: [-1, 0], counts: [1n, 1n, 1n] },
    ],
  ])('sends a histogram %s', async (_, buckets, rest, expected) => {
    const { points, drops } = await sent(histogram(buckets, rest));
    expect(points).toEqual([expect.objectContaining(expected)]);
    if (!('sum' in expected)) expect(points[0]).not.toHaveProperty('sum');
    expect(drops.total).toBe(0);
  });

  it.each([
    ['a count that is no number', { '+Inf': Number.NaN }, {}, { not_finite: 1 }],
    ['a bucket that is no number', { '1': Infinity, '+Inf': 4 }, {}, { not_finite: 2 }],
    ['nothing but a sum', {}, { sum: 1 }, { inconsistent_histogram: 1 }],
    ['buckets that fall', { '1': 5, '2': 4, '+Inf': 6 }, { sum: 1 }, { inconsistent_histogram: 4 }],
    ['a last bucket that falls', { '1': 5, '+Inf': 3 }, {}, { inconsistent_histogram: 2 }],
    ['a negative bucket', { '1': -1, '+Inf': 3 }, {}, { inconsistent_histogram: 2 }],
    ['a count below its buckets', { '1': 5 }, { count: 3 }, { inconsistent_histogram: 2 }],
  ])('drops a histogram with %s', async (_, buckets, rest, expected) => {
    const { points, drops } = await sent(histogram(buckets, rest));
    expect(points).toEqual([]);
    expect(Object.fromEntries(drops.counts)).toEqual(expected);
  });

  it('keeps histograms of other labels and other times apart', async () => {
    const { points } = await sent([
      ...histogram({ '+Inf': 1 }, { count: 1 }, { route: '/a' }),
      ...histogram({ '+Inf': 2 }, { count: 2 }, { route: '/b' }),
      ...histogram({ '+Inf': 3 }, { count: 3 }, { route: '/a' }, NOW - MINUTE),
    ]);
    expect(points.map(({ count, attributes, time }) => [count, attributes.route, time])).toEqual([
      [1n, '/a', NOW_NS],
      [2n, '/b', NOW_NS],
      [3n, '/a', NOW_NS - BigInt(MINUTE) * 1_000_000n],
    ]);
  });

  it('follows a histogram that metric relabeling renamed', async () => {
    const renamed = histogram({ '1': 1, '+Inf': 2 }, { sum: 1, count: 2 }).map((sample) => ({
      ...sample,
      series: renamedAs(sample.series, (name) => name.replace('latency', 'shop_latency')),
    }));
    const { points } = await sent(renamed);
    expect(points).toEqual([
      expect.objectContaining({ metric: 'shop_latency_seconds', counts: [1n, 1n], attributes: {} }),
    ]);
  });

  it('sends parts whose histogram is not known any more by themselves', async () => {
    const [bucket, count, sum] = ['_bucket', '_count', '_sum'].map((suffix) => {
      const part = series(`h${suffix}`, { family: 'h', type: 'histogram', labels: { le: '1' } });
      return { series: renamedAs(part, () => `renamed${suffix.replace('_', '')}`), value: 1 };
    });
    const { points } = await sent([bucket!, count!, sum!]);
    expect(points.map(({ metric, monotonic = false }) => [metric, monotonic])).toEqual([
      ['renamedbucket', true],
      ['renamedcount', true],
      ['renamedsum', false],
    ]);
  });

  it('sends a summary with its quantiles, but for those of nothing', async () => {
    const of = (name: string, labels: Labels) =>
      series(name, { family: 'rpc_seconds', type: 'summary', labels });
    const { points } = await sent([
      { series: of('rpc_seconds', { quantile: '0.99', path: '/' }), value: 4 },
      { series: of('rpc_seconds', { quantile: '0.5', path: '/' }), value: 2 },
      { series: of('rpc_seconds', { quantile: '0.9', path: '/' }), value: Number.NaN },
      { series: of('rpc_seconds_sum', { path: '/' }), value: 30 },
      { series: of('rpc_seconds_count', { path: '/' }), value: 10 },
    ]);
    expect(points).toEqual([
      expect.objectContaining({
        metric: 'rpc_seconds',
        kind: 'summary',
        attributes: { path: '/' },
        quantiles: { '0.5': 2, '0.99': 4 },
        count: 10n,
        sum: 30,
      }),
    ]);
  });

  it.each<[string, Labels, boolean, Labels]>([
    ['without an empty one', { a: '', b: '1' }, false, { b: '1' }],
    ['renamed where the target has it', { job: 'own' }, false, { exported_job: 'own' }],
    ['of the target replaced where it honours them', { job: 'own' }, true, { job: 'own' }],
  ])('sends the labels of a series, %s', async (_, labels, honorLabels, expected) => {
    const { points } = await sent([{ series: series('up', { labels }), value: 1 }], {
      honorLabels,
    });
    expect(points[0]?.attributes).toEqual(expected);
  });

  it.each([
    [NOW - MAX_AGE_MS, 1],
    [NOW - MAX_AGE_MS - 1, 0],
    [NOW + MAX_AHEAD_MS, 1],
    [NOW + MAX_AHEAD_MS + 1, 0],
  ])('takes a sample of %d as a limit says', async (timestamp, expected) => {
    const { points, drops } = await sent([{ series: series('up'), value: 1, timestamp }]);
    expect(points).toHaveLength(expected);
    expect(drops.counts.get('timestamp') ?? 0).toBe(1 - expected);
  });

  it.each([Number.NaN, Infinity, -Infinity])('drops the value %d', async (value) => {
    const { points, drops } = await sent([{ series: series('up'), value }]);
    expect(points).toEqual([]);
    expect([...drops.counts]).toEqual([['not_finite', 1]]);
  });

  it.each([
    [MAX_ATTRIBUTES - 2, 1],
    [MAX_ATTRIBUTES - 1, 0],
  ])(
    'with two attributes of the resource takes a series with %d labels as the limit says',
    async (count, expected) => {
      const labels = Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, 'x']));
      const { points, drops } = await sent([{ series: series('up', { labels }), value: 1 }]);
      expect(points).toHaveLength(expected);
      expect(drops.counts.get('too_large') ?? 0).toBe(1 - expected);
    },
  );

  it('drops a series whose labels are too long, and sends those beside it', async () => {
    const long = series('long', { labels: { text: 'x'.repeat(MAX_POINT_BYTES) } });
    const { points, drops } = await sent([
      { series: series('a'), value: 1 },
      { series: long, value: 1 },
      { series: series('b'), value: 2 },
    ]);
    expect(points.map(({ metric, value }) => [metric, value])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect([...drops.counts]).toEqual([['too_large', 1]]);
  });

  it('keeps each request below both limits, and all points', async () => {
    const small = Array.from({ length: 2_500 }, (_, value) => ({
      series: counter('small_total', { id: String(value) }),
      value,
    }));
    const large = Array.from({ length: 200 }, (_, index) => ({
      series: series('large', { labels: { id: String(index), text: 'x'.repeat(20_000) } }),
      value: 2_500 + index,
    }));
    const { points, receiver } = await sent([...small, ...large]);
    const bodies = receiver.requests.map(({ body }) => body);

    expect(Math.max(...bodies.map((body) => readExportRequest(body).length))).toBe(MAX_POINTS);
    const sizes = bodies.map((body) => gunzipSync(body).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_REQUEST_BYTES);
    expect(Math.max(...sizes)).toBeGreaterThan(0.95 * MAX_REQUEST_BYTES);
    expect(points.map(({ value }) => value!).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 2_700 }, (_, value) => value),
    );
  });

  it('packs the points of many targets into one request', async () => {
    await using receiver = await startReceiver();
    const delivery = otlpOutput(
      { name: 'otlp', url: receiver.url },
      impatient({ now: () => NOW }),
    ).open(NO_DEADLINE);
    for (const instance of ['a', 'b', 'c']) {
      const labels = labelsOf({ instance });
      const samples = [
        { series: series('up'), value: 1 },
        { series: series('down'), value: 0 },
      ];
      void delivery.write(
        { target: { ...target(), labels }, startedAt: NOW, samples },
        new Drops(),
      );
    }
    await delivery.close();
    expect(receiver.requests).toHaveLength(1);
    const points = readExportRequest(receiver.requests[0]!.body);
    expect(points.map(({ resource, metric }) => [resource['service.instance.id'], metric])).toEqual(
      [
        ['a', 'up'],
        ['a', 'down'],
        ['b', 'up'],
        ['b', 'down'],
        ['c', 'up'],
        ['c', 'down'],
      ],
    );
  });

  it('signs for CloudWatch', async () => {
    const sigv4 = { region: 'eu-central-1', credentials: async () => CREDENTIALS };
    const { receiver } = await sent([{ series: series('up'), value: 1 }], {}, { sigv4 });
    expect(receiver.requests[0]?.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      authorization: expect.stringContaining('/eu-central-1/monitoring/aws4_request'),
    });
  });

  it('sends nothing for nothing', async () => {
    const { receiver, report } = await sent([]);
    expect(receiver.requests).toHaveLength(0);
    expect(report).toMatchObject({ requests: 0, metrics: 0, rejected: {}, errors: [] });
  });
});

describe('an answer of an OTLP receiver', () => {
  const protobuf = { 'content-type': 'application/x-protobuf' };
  const samples = [1, 2, 3].map((value) => ({ series: series(`m${value}`), value }));

  it('that rejects some of the points is told, and counted', async () => {
    // partial_success { rejected_data_points: 2, error_message: "too new" }
    const body = Buffer.from(`0a0b08021207${Buffer.from('too new').toString('hex')}`, 'hex');
    const { outcome, report, receiver } = await sent(
      samples,
      {},
      {},
      { status: 200, headers: protobuf, body },
    );
    expect(outcome).toEqual({ accepted: 1, rejected: new Map([['refused', 2]]) });
    expect(report).toMatchObject({ metrics: 1, rejected: { refused: 2 } });
    expect(report.errors).toEqual([
      `OTLP export to ${receiver.url} reached a receiver that rejected points. too new`,
    ]);
  });

  it('that only warns is told', async () => {
    const body = Buffer.from(`0a051203${Buffer.from('old').toString('hex')}`, 'hex');
    const { outcome, report, receiver } = await sent(
      samples,
      {},
      {},
      { status: 200, headers: protobuf, body },
    );
    expect(outcome).toEqual({ accepted: 3, rejected: new Map() });
    expect(report.errors).toEqual([`OTLP export to ${receiver.url} has a warning. old`]);
  });

  it.each<[string, string, Buffer]>([
    ['nothing', 'application/x-protobuf', Buffer.alloc(0)],
    ['what is no message', 'application/x-protobuf', Buffer.from('0aff', 'hex')],
    ['something else', 'text/html', Buffer.from('<html>')],
  ])('with %s is a good one all the same', async (_, type, body) => {
    const reply = { status: 200, headers: { 'content-type': type }, body };
    const { outcome, report } = await sent(samples, {}, {}, reply);
    expect(outcome.accepted).toBe(3);
    expect(report.errors).toEqual([]);
  });

  it('that refuses has its reason shown', async () => {
    // Status { code: 3, message: "…" }
    const text = 'data points exceed the maximum of 1000';
    const body = Buffer.from(`08031226${Buffer.from(text).toString('hex')}`, 'hex');
    const { outcome, report, receiver } = await sent(
      samples,
      {},
      {},
      { status: 400, headers: protobuf, body },
    );
    expect(outcome).toEqual({ accepted: 0, rejected: new Map([['refused', 3]]) });
    expect(report.errors).toEqual([
      `OTLP export to ${receiver.url} was refused. HTTP 400: ${text}`,
    ]);
  });

  it('that denies names the permission that is needed', async () => {
    const sigv4 = { region: 'eu-central-1', credentials: async () => CREDENTIALS };
    const { report, receiver } = await sent(samples, {}, { sigv4 }, { status: 403, body: 'no' });
    expect(report.errors).toEqual([
      `OTLP export to ${receiver.url} is denied; the role needs cloudwatch:PutMetricData. HTTP 403: no`,
    ]);
  });
});

describe('cloudWatchUrl', () => {
  it.each([
    ['eu-central-1', 'https://monitoring.eu-central-1.amazonaws.com/v1/metrics'],
    ['cn-north-1', 'https://monitoring.cn-north-1.amazonaws.com.cn/v1/metrics'],
  ])('is that of the Region %s', (region, expected) => {
    expect(cloudWatchUrl(region)).toBe(expected);
  });
});

/** The samples of a histogram: its buckets by upper bound, and what else it has. */
function histogram(
  buckets: Readonly<Record<string, number>>,
  rest: { readonly sum?: number; readonly count?: number },
  labels: Labels = {},
  timestamp?: number,
): Sample[] {
  const of = (suffix: string, more: Labels = {}) =>
    series(`latency_seconds${suffix}`, {
      family: 'latency_seconds',
      type: 'histogram',
      labels: { ...more, ...labels },
    });
  return [
    ...Object.entries(buckets).map(([le, value]) => ({
      series: of('_bucket', { le }),
      value,
      timestamp,
    })),
    ...Object.entries(rest).map(([part, value]) => ({ series: of(`_${part}`), value, timestamp })),
  ];
}

/** As metric relabeling leaves a series: the target's labels are among its own. */
function renamedAs(exposed: Series, rename: (name: string) => string): Series {
  const labels = labelsOf({ instance: '127.0.0.1:9100', job: 'app' }, exposed.labels);
  return { ...exposed, name: rename(exposed.name), labels, origin: exposed };
}

/** Sends the samples of one target in one cycle. */
async function sent(
  samples: readonly Sample[],
  more: Partial<TargetSamples['target']> = {},
  options: Partial<OtlpOptions> = {},
  reply: Reply = { status: 200 },
) {
  await using receiver: Receiver = await startReceiver(reply);
  const output = otlpOutput(
    { name: 'otlp', url: receiver.url, ...options },
    impatient({ now: () => NOW }),
  );
  const delivery = output.open(NO_DEADLINE);
  const labels = labelsOf({ instance: '127.0.0.1:9100', job: 'app' });
  const drops = new Drops();
  delivery.discovered(new Set(['app']));
  const written = delivery.write(
    { target: { ...target(), labels, ...more }, startedAt: NOW, samples },
    drops,
  );
  const report = await delivery.close();
  const outcome = await written;
  const points = receiver.requests.flatMap(({ body }) => readExportRequest(body));
  return { points, drops, outcome, report, receiver };
}
