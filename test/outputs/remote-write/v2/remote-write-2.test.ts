import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { DeliveryOutcome, DeliveryReport } from '../../../../lambda/model/delivery/event.ts';
import type {
  SampleOutput,
  TargetSamples,
} from '../../../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../../../lambda/model/samples/drops.ts';
import { labelsOf, type Sample } from '../../../../lambda/model/samples/sample.ts';
import {
  type RemoteWriteOptions,
  remoteWriteOutput,
} from '../../../../lambda/outputs/remote-write/remote-write.ts';
import { counter, MINUTE, series, target } from '../../../series/samples.ts';
import {
  impatient,
  NO_DEADLINE,
  type ReceivedRequest,
  type Receiver,
  type Reply,
  startReceiver,
} from '../../push/receiver.ts';
import { nameOf, readWriteRequest } from '../write-request.ts';
import { readSymbolRequest } from './symbol-request.ts';

const VERSION_2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';
const LABELS = { instance: '127.0.0.1:9100', job: 'app' };

/** What the specification has a receiver say that took so much. */
function wrote(samples: number, exemplars = 0, status = 204, body = ''): Reply {
  const headers = {
    'x-prometheus-remote-write-samples-written': String(samples),
    'x-prometheus-remote-write-histograms-written': '0',
    'x-prometheus-remote-write-exemplars-written': String(exemplars),
  };
  return { status, headers, body };
}

/** Takes all of version 2. */
function takesAll({ body }: ReceivedRequest): Reply {
  const all = readSymbolRequest(body).series;
  const samples = all.reduce((sum, one) => sum + one.samples.length, 0);
  return wrote(
    samples,
    all.reduce((sum, one) => sum + one.exemplars.length, 0),
  );
}

/** Takes nothing but version 1. */
function takesVersion1({ headers }: ReceivedRequest): Reply {
  return headers['content-type'] === 'application/x-protobuf' ? { status: 204 } : { status: 415 };
}

const UP: Sample = { series: series('up'), value: 1 };
const REQUESTS: Sample = { series: counter('requests_total', { route: '/' }), value: 7 };

describe('remoteWriteOutput of version 2', () => {
  it('sends each sample with its labels sorted, its type, and each text once', async () => {
    await using receiver = await startReceiver(takesAll);
    const { report, outcomes } = await cycle(outputTo(receiver), [scrape([REQUESTS, UP])]);

    expect(outcomes).toEqual([{ accepted: 2, rejected: new Map() }]);
    expect(report).toMatchObject({ metrics: 2, requests: 1, rejected: {}, errors: [] });
    const [request] = receiver.requests;
    expect(request?.headers).toMatchObject({
      'content-encoding': 'snappy',
      'content-type': VERSION_2,
      'user-agent': 'fargauge',
      'x-prometheus-remote-write-version': '2.0.0',
    });
    const { symbols, series: sent } = readSymbolRequest(request!.body);
    expect(symbols[0]).toBe('');
    expect(new Set(symbols).size).toBe(symbols.length);
    const plain = { starts: [undefined], exemplars: [] };
    expect(sent).toEqual([
      {
        labels: [
          ['__name__', 'requests_total'],
          ['instance', '127.0.0.1:9100'],
          ['job', 'app'],
          ['route', '/'],
        ],
        samples: [{ value: 7, bits: '401c000000000000', timestamp: MINUTE }],
        metadata: { type: 1, help: '', unit: '' },
        ...plain,
      },
      {
        labels: [
          ['__name__', 'up'],
          ['instance', '127.0.0.1:9100'],
          ['job', 'app'],
        ],
        samples: [{ value: 1, bits: '3ff0000000000000', timestamp: MINUTE }],
        metadata: { type: 2, help: '', unit: '' },
        ...plain,
      },
    ]);
  });

  it('says of each series what its page says of its family', async () => {
    await using receiver = await startReceiver(takesAll);
    const bucket = series('latency_seconds_bucket', {
      family: 'latency_seconds',
      type: 'histogram',
      labels: { le: '1' },
    });
    const renamed = series('renamed', { labels: { ...LABELS }, origin: bucket });
    const unknown = series('mystery', { type: 'unknown' });
    const samples = [bucket, renamed, unknown].map((one) => ({ series: one, value: 1 }));
    const texts = [
      { family: 'latency_seconds', help: 'How long.' },
      { family: 'latency_seconds', help: 'Said again.' },
      { family: 'latency_seconds', unit: 'seconds' },
      { family: 'other', help: 'Of nobody.' },
    ];
    await cycle(outputTo(receiver), [{ ...scrape(samples), texts }]);
    const { symbols, series: sent } = readSymbolRequest(receiver.requests[0]!.body);
    const latency = { type: 3, help: 'How long.', unit: 'seconds' };
    expect(sent.map(({ metadata }) => metadata)).toEqual([
      latency,
      latency,
      { type: 0, help: '', unit: '' },
    ]);
    expect(symbols).not.toContain('Of nobody.');
  });

  it.each<[string, Partial<Sample>, number | undefined]>([
    ['when its series began to count', { start: 5_000.6 }, 5_000],
    ['1 where that was at 0, which would mean nothing', { start: 0 }, 1],
    ['a time before 1970', { start: -1 }, -1],
    ['nothing of a time after the sample', { start: MINUTE + 1 }, undefined],
    ['nothing of a time that is none', { start: 1e300 }, undefined],
    ['with its own time, when its series began', { start: 5, timestamp: 9 }, 5],
  ])('says of a sample %s', async (_, more, expected) => {
    await using receiver = await startReceiver(takesAll);
    await cycle(outputTo(receiver), [scrape([{ ...REQUESTS, ...more }])]);
    const [sent] = readSymbolRequest(receiver.requests[0]!.body).series;
    expect(sent?.starts).toEqual([expected]);
  });

  const exemplar = { labels: labelsOf({ trace_id: 'abc', a: 'b', empty: '' }), value: 0.5 };

  it.each<[string, Sample, number]>([
    ['its own time', { ...REQUESTS, exemplar: { ...exemplar, timestamp: 7.9 } }, 7],
    ['that of the scrape', { ...REQUESTS, exemplar }, MINUTE],
    ['that of its sample', { ...REQUESTS, timestamp: 9, exemplar }, 9],
    [
      'that of the scrape for one that is none',
      { ...REQUESTS, exemplar: { ...exemplar, timestamp: 1e300 } },
      MINUTE,
    ],
  ])('sends an exemplar with %s', async (_, sample, timestamp) => {
    await using receiver = await startReceiver(takesAll);
    const { report } = await cycle(outputTo(receiver, { sendExemplars: true }), [scrape([sample])]);
    const [sent] = readSymbolRequest(receiver.requests[0]!.body).series;
    const labels = [
      ['a', 'b'],
      ['trace_id', 'abc'],
    ];
    expect(sent?.exemplars).toEqual([{ labels, value: 0.5, timestamp }]);
    expect(report.errors).toEqual([]);
  });

  it('sends no exemplars unless it is told so', async () => {
    await using receiver = await startReceiver(takesAll);
    await cycle(outputTo(receiver), [scrape([{ ...REQUESTS, exemplar }])]);
    expect(readSymbolRequest(receiver.requests[0]!.body).series[0]?.exemplars).toEqual([]);
  });

  it('sends staleness markers', async () => {
    await using receiver = await startReceiver(takesAll);
    const output = outputTo(receiver);
    await cycle(output, [scrape([UP, REQUESTS])]);
    await cycle(output, [scrape([UP])]);
    const sent = readSymbolRequest(receiver.requests[1]!.body).series;
    expect(sent.map((one) => [nameOf(one), one.samples[0]?.bits])).toEqual([
      ['up{instance="127.0.0.1:9100",job="app"}', '3ff0000000000000'],
      ['requests_total{instance="127.0.0.1:9100",job="app",route="/"}', '7ff0000000000002'],
    ]);
  });

  it('splits a request that is too large, with all samples and exemplars', async () => {
    await using receiver = await startReceiver(takesAll);
    const samples = Array.from({ length: 2_000 }, (_, value) => ({
      series: series('noise', { labels: { id: randomBytes(1_000).toString('latin1') } }),
      value,
      exemplar: { ...exemplar, value },
    }));
    const output = outputTo(receiver, { sendExemplars: true });
    const { report, outcomes } = await cycle(output, [scrape(samples)]);
    expect(report.errors).toEqual([]);
    expect(outcomes[0]?.accepted).toBe(2_000);
    const bodies = receiver.requests.map(({ body }) => body);
    expect(Math.max(...bodies.map(({ length }) => length))).toBeLessThanOrEqual(1_000_000);
    const sent = bodies.flatMap((body) => readSymbolRequest(body).series);
    const values = sent.map((one) => one.samples[0]?.value ?? Number.NaN).sort((a, b) => a - b);
    expect(values).toEqual(samples.map(({ value }) => value));
    expect(sent.every((one) => one.exemplars[0]?.value === one.samples[0]?.value)).toBe(true);
  });
});

describe('a receiver of version 1', () => {
  it.each<[string, (request: ReceivedRequest) => Reply]>([
    ['refuses version 2 by its type', takesVersion1],
    ['does not look at the type, and says of nothing that it is written', () => ({ status: 200 })],
  ])('that %s gets the same samples as version 1, and from then on', async (_, reply) => {
    await using receiver = await startReceiver(reply);
    const output = outputTo(receiver, { sendExemplars: true });
    const exemplar = { labels: labelsOf({ trace_id: 'abc' }), value: 0.5, timestamp: 9 };
    const bare = { labels: labelsOf(), value: -1 };
    const samples = [
      { ...REQUESTS, start: 5_000, exemplar },
      { ...UP, exemplar: bare },
    ];
    const first = await cycle(output, [scrape(samples)]);
    expect(first.outcomes).toEqual([{ accepted: 2, rejected: new Map() }]);
    expect(first.report).toMatchObject({ metrics: 2, requests: 2, rejected: {}, errors: [] });
    await cycle(output, [scrape(samples)]);

    const types = receiver.requests.map(({ headers }) => headers['content-type']);
    expect(types).toEqual([VERSION_2, 'application/x-protobuf', 'application/x-protobuf']);
    const versions = receiver.requests.map(
      ({ headers }) => headers['x-prometheus-remote-write-version'],
    );
    expect(versions).toEqual(['2.0.0', '0.1.0', '0.1.0']);
    const [, fallen, written] = receiver.requests.map(({ body }) => body);
    expect(readWriteRequest(fallen!)).toEqual(readWriteRequest(written!));
    const labels = [['trace_id', 'abc']];
    expect(readWriteRequest(fallen!).map(({ exemplars }) => exemplars)).toEqual([
      [{ labels, value: 0.5, timestamp: 9 }],
      [{ labels: [], value: -1, timestamp: MINUTE }],
    ]);
  });

  it('gets the requests that were waiting as version 1, without another question', async () => {
    await using receiver = await startReceiver(takesVersion1);
    const samples = Array.from({ length: 6_000 }, (_, value) => ({
      series: series('noise', { labels: { id: `${value}${'x'.repeat(1_000)}` } }),
      value,
    }));
    const { report } = await cycle(outputTo(receiver), [scrape(samples)]);
    expect(report).toMatchObject({ metrics: 6_000, rejected: {}, errors: [] });
    const asked = receiver.requests.filter(({ headers }) => headers['content-type'] === VERSION_2);
    // As many as are sent at the same time.
    expect(asked).toHaveLength(4);
    expect(receiver.requests.length).toBeGreaterThan(8);
  });

  it('that takes neither version is asked for both again in the next cycle', async () => {
    await using receiver = await startReceiver({ status: 415, body: 'no' });
    const output = outputTo(receiver);
    for (let i = 0; i < 2; i++) {
      const { report, outcomes } = await cycle(output, [scrape([UP])]);
      expect(outcomes).toEqual([{ accepted: 0, rejected: new Map([['refused', 1]]) }]);
      expect(report.errors).toEqual([`Remote write to ${receiver.url} was refused. HTTP 415: no`]);
    }
    const types = receiver.requests.map(({ headers }) => headers['content-type']);
    expect(types).toEqual([...types.slice(0, 2), ...types.slice(0, 2)]);
    expect(new Set(types).size).toBe(2);
  });

  it('is not asked for version 1 where it refuses what a request says', async () => {
    await using receiver = await startReceiver({ status: 400, body: 'no' });
    const { outcomes } = await cycle(outputTo(receiver), [scrape([UP])]);
    expect(outcomes).toEqual([{ accepted: 0, rejected: new Map([['refused', 1]]) }]);
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('what a receiver says that it has written', () => {
  it.each<[string, Reply, number, string[]]>([
    [
      'a part, and why not the others',
      wrote(2, 0, 400, 'out of order'),
      1,
      ['wrote 2 of 3 samples. Remote write to URL was refused. HTTP 400: out of order'],
    ],
    ['nothing', wrote(0, 0, 400, 'bad'), 3, ['was refused. HTTP 400: bad']],
    [
      'less than all, although all is well',
      wrote(1),
      2,
      ['wrote 1 of 3 samples. The receiver does not say why.'],
    ],
    ['more than there was', wrote(9), 0, []],
    [
      'no number',
      { status: 204, headers: { 'x-prometheus-remote-write-samples-written': 'all' } },
      3,
      ['wrote 0 of 3 samples. The receiver does not say why.'],
    ],
  ])('is counted: %s', async (_, reply, refused, errors) => {
    await using receiver = await startReceiver(reply);
    const samples = ['a', 'b', 'c'].map((name) => ({ series: series(name), value: 1 }));
    const { report, outcomes } = await cycle(outputTo(receiver), [scrape(samples)]);
    const rejected = refused === 0 ? [] : ([['refused', refused]] as const);
    expect(outcomes).toEqual([{ accepted: 3 - refused, rejected: new Map(rejected) }]);
    expect(report.metrics).toBe(3 - refused);
    expect(report.errors).toEqual(
      errors.map((text) => `Remote write to URL ${text}`.replaceAll('URL', receiver.url)),
    );
    expect(receiver.requests).toHaveLength(1);
  });

  it('is told of exemplars, which cost no sample', async () => {
    await using receiver = await startReceiver(wrote(1, 0));
    const exemplar = { labels: labelsOf({ trace_id: 'abc' }), value: 0.5 };
    const output = outputTo(receiver, { sendExemplars: true });
    const { report, outcomes } = await cycle(output, [scrape([{ ...REQUESTS, exemplar }])]);
    expect(outcomes).toEqual([{ accepted: 1, rejected: new Map() }]);
    expect(report.errors).toEqual([
      `Remote write to ${receiver.url} wrote 0 of 1 exemplars. The receiver does not say why.`,
    ]);
  });

  it('is nothing that a 5xx is not sent again for', async () => {
    await using receiver = await startReceiver(wrote(1, 0, 503), takesAll);
    const { report } = await cycle(outputTo(receiver), [scrape([UP, REQUESTS])]);
    expect(report).toMatchObject({ metrics: 2, requests: 2, rejected: {}, errors: [] });
    const [first, second] = receiver.requests.map(({ body }) => body);
    expect(second?.equals(first!)).toBe(true);
  });
});

function outputTo({ url }: Receiver, options: Partial<RemoteWriteOptions> = {}): SampleOutput {
  return remoteWriteOutput(
    {
      name: 'remote-write',
      url,
      protobufMessage: 'io.prometheus.write.v2.Request',
      ...options,
    },
    impatient({ now: () => 2 * MINUTE }),
  );
}

function scrape(samples: readonly Sample[]): TargetSamples {
  return { target: { ...target(), labels: labelsOf(LABELS) }, startedAt: MINUTE, samples };
}

async function cycle(
  output: SampleOutput,
  scrapes: readonly TargetSamples[],
): Promise<{ readonly report: DeliveryReport; readonly outcomes: readonly DeliveryOutcome[] }> {
  const delivery = output.open(NO_DEADLINE);
  delivery.discovered(new Set(scrapes.map(({ target: { id } }) => id)));
  const written = scrapes.map((one) => delivery.write(one, new Drops()));
  const report = await delivery.close();
  return { report, outcomes: await Promise.all(written) };
}
