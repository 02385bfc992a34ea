import { describe, expect, it } from '@jest/globals';
import type { DeliveryReport } from '../../../lambda/model/delivery/event.ts';
import type { SampleOutput, TargetSamples } from '../../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import { type FamilyText, labelsOf, type Sample } from '../../../lambda/model/samples/sample.ts';
import {
  type RemoteWriteOptions,
  remoteWriteOutput,
} from '../../../lambda/outputs/remote-write/remote-write.ts';
import { ALL_TYPES, counter, MINUTE, series, target } from '../../series/samples.ts';
import { impatient, NO_DEADLINE, type Receiver, startReceiver } from '../push/receiver.ts';
import { type Field, readFields } from '../wire/protobuf-reader.ts';
import { unsnappy } from '../wire/unsnappy.ts';

const UP: Sample = { series: series('up'), value: 1 };
const BUCKET: Sample = {
  series: series('latency_seconds_bucket', { family: 'latency_seconds', type: 'histogram' }),
  value: 1,
};
const METADATA = { intervalMs: MINUTE, maxEntries: 2_000 };

describe('the metadata of version 1', () => {
  it('goes by itself after the samples, each family once', async () => {
    await using receiver = await startReceiver();
    const texts = [
      { family: 'latency_seconds', help: 'How long "it" took\n' },
      { family: 'latency_seconds', unit: 'seconds' },
      { family: 'up', help: '' },
    ];
    const samples = [UP, BUCKET, { ...BUCKET, series: { ...BUCKET.series, name: 'x_sum' } }];
    const both = [scrape(samples, texts, 'one'), scrape(samples, [], 'two')];
    const report = await cycle(outputTo(receiver), both);
    expect(report).toMatchObject({ metrics: 6, requests: 2, rejected: {}, errors: [] });
    expect(receiver.requests.map(({ headers }) => headers['content-type'])).toEqual([
      'application/x-protobuf',
      'application/x-protobuf',
    ]);
    expect(metadataIn(receiver)).toEqual([
      [],
      [
        ['up', 2, undefined, undefined],
        ['latency_seconds', 3, 'How long "it" took\n', 'seconds'],
      ],
    ]);
  });

  it('has a number for each type', async () => {
    await using receiver = await startReceiver();
    const samples = ALL_TYPES.map((type) => ({ series: series(type, { type }), value: 1 }));
    await cycle(outputTo(receiver), [scrape(samples)]);
    const numbers = new Map(metadataIn(receiver)[1]?.map(([family, number]) => [family, number]));
    expect(Object.fromEntries(numbers)).toEqual({
      unknown: 0,
      counter: 1,
      gauge: 2,
      histogram: 3,
      gaugehistogram: 4,
      summary: 5,
      info: 6,
      stateset: 7,
    });
  });

  it('is of the family as it was scraped, whatever became of its name', async () => {
    await using receiver = await startReceiver();
    const renamed = series('renamed', { origin: counter('requests_total') });
    await cycle(outputTo(receiver), [scrape([{ series: renamed, value: 1 }])]);
    expect(metadataIn(receiver)[1]).toEqual([['requests_total', 1, undefined, undefined]]);
  });

  it('is sent again when its time has come', async () => {
    await using receiver = await startReceiver();
    const now = { value: 0 };
    const output = outputTo(receiver, { metadata: { ...METADATA, intervalMs: 150_000 } }, now);
    for (; now.value < 6 * MINUTE; now.value += MINUTE) await cycle(output, [scrape([UP])]);
    const sent = metadataIn(receiver).map(({ length }) => length);
    expect(sent).toEqual([0, 1, 0, 0, 0, 1, 0, 0]);
  });

  it('has as many entries in a request as it may', async () => {
    await using receiver = await startReceiver();
    const samples = Array.from({ length: 5 }, (_, index) => ({
      series: series(`metric_${index}`),
      value: index,
    }));
    const output = outputTo(receiver, { metadata: { ...METADATA, maxEntries: 2 } });
    await cycle(output, [scrape(samples)]);
    const sent = metadataIn(receiver);
    expect(sent.map(({ length }) => length).sort()).toEqual([0, 1, 2, 2]);
    expect(new Set(sent.flat().map(([family]) => family)).size).toBe(5);
  });

  it('that is refused costs no sample, and is told', async () => {
    await using receiver = await startReceiver(({ body }) =>
      entriesIn(body).length > 0 ? { status: 400, body: 'no metadata' } : { status: 204 },
    );
    const report = await cycle(outputTo(receiver), [scrape([UP])]);
    expect(report).toMatchObject({ metrics: 1, rejected: {} });
    expect(report.errors).toEqual([
      `Remote write to ${receiver.url} was refused. HTTP 400: no metadata`,
    ]);
  });

  it('that is too large is sent in parts', async () => {
    await using receiver = await startReceiver({ status: 413 }, { status: 413 }, { status: 204 });
    const samples = ['a', 'b', 'c'].map((name) => ({ series: series(name), value: 1 }));
    const output = outputTo(receiver, { metadata: METADATA });
    const delivery = output.open(NO_DEADLINE);
    delivery.write(scrape(samples), new Drops());
    const report = await delivery.close();
    expect(report.rejected).toEqual({});
    const families = metadataIn(receiver)
      .flat()
      .map(([family]) => family);
    expect(new Set(families)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('is not sent where nobody wants it, nor beside version 2', async () => {
    await using receiver = await startReceiver({
      status: 200,
      headers: { 'x-prometheus-remote-write-samples-written': '1' },
    });
    await cycle(outputTo(receiver, { metadata: undefined }), [scrape([UP])]);
    const protobufMessage = 'io.prometheus.write.v2.Request';
    await cycle(outputTo(receiver, { protobufMessage }), [scrape([UP])]);
    expect(receiver.requests).toHaveLength(2);
  });
});

describe('remoteWriteOutput', () => {
  it.each<[string, Partial<RemoteWriteOptions>, boolean, boolean]>([
    ['of version 1 without metadata', { metadata: undefined }, false, false],
    ['of version 1 with metadata', {}, true, false],
    ['of version 1 with exemplars', { metadata: undefined, sendExemplars: true }, false, true],
    [
      'of version 2, which has metadata with each series',
      { metadata: undefined, protobufMessage: 'io.prometheus.write.v2.Request' },
      true,
      false,
    ],
  ])('%s says what it needs', (_, options, texts, exemplars) => {
    const output = outputTo({ url: 'http://localhost' }, options);
    expect(output.needs).toEqual({ texts, exemplars });
  });
});

function outputTo(
  { url }: Pick<Receiver, 'url'>,
  options: Partial<RemoteWriteOptions> = {},
  now = { value: 2 * MINUTE },
): SampleOutput {
  return remoteWriteOutput(
    { name: 'remote-write', url, metadata: METADATA, ...options },
    impatient({ now: () => now.value }),
  );
}

function scrape(
  samples: readonly Sample[],
  texts: readonly FamilyText[] = [],
  job = 'app',
): TargetSamples {
  const of = { ...target(), id: job, labels: labelsOf({ job }) };
  return { target: of, startedAt: MINUTE, samples, texts };
}

async function cycle(
  output: SampleOutput,
  scrapes: readonly TargetSamples[],
): Promise<DeliveryReport> {
  const delivery = output.open(NO_DEADLINE);
  delivery.discovered(new Set(scrapes.map(({ target: { id } }) => id)));
  for (const one of scrapes) void delivery.write(one, new Drops());
  return delivery.close();
}

/** Family, type, help and unit of the entries of each request; none with those that have samples. */
function metadataIn({ requests }: Receiver) {
  return requests.map(({ body }) => entriesIn(body));
}

function entriesIn(body: Uint8Array) {
  const fields = readFields(unsnappy(body));
  const entries = fields.filter(({ field }) => field === 3);
  if (entries.length > 0) expect(entries).toHaveLength(fields.length);
  return entries.map((entry) => {
    const of = new Map(readFields(entry.value as Uint8Array).map((one) => [one.field, one]));
    return [textOf(of.get(2)), Number(of.get(1)?.value ?? 0), textOf(of.get(4)), textOf(of.get(5))];
  });
}

function textOf(field: Field | undefined): string | undefined {
  return field && Buffer.from(field.value as Uint8Array).toString();
}
