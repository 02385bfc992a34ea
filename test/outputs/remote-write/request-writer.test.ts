import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TargetSamples } from '../../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import {
  type Labels,
  labelsOf,
  type Sample,
  type Series,
} from '../../../lambda/model/samples/sample.ts';
import type { Batch } from '../../../lambda/outputs/push/batch.ts';
import { PendingSamples } from '../../../lambda/outputs/push/pending-samples.ts';
import { LabelTable } from '../../../lambda/outputs/remote-write/encoding/label-table.ts';
import { NO_SERIES } from '../../../lambda/outputs/remote-write/encoding/scraped-series.ts';
import { MAX_SERIES_BYTES } from '../../../lambda/outputs/remote-write/limits.ts';
import {
  type RequestFormat,
  RequestWriter,
} from '../../../lambda/outputs/remote-write/request-writer.ts';
import { SeriesWriterV2 } from '../../../lambda/outputs/remote-write/v2/series-writer.ts';
import { toVersion1 } from '../../../lambda/outputs/remote-write/v2/version-1.ts';
import { MAX_PIECE_BYTES, MAX_PIECES } from '../../../lambda/outputs/wire/piece-table.ts';
import { MINUTE, series, target } from '../../series/samples.ts';
import { unsnappy } from '../wire/unsnappy.ts';
import { plainRequest, plainSeries } from './plain-request.ts';
import { readWriteRequest } from './write-request.ts';

const NORMAL_NAN = '7ff8000000000001';
const STALE_NAN = '7ff0000000000002';

/** Few names and values, so that all ways in which labels meet come up. */
const label = fc.constantFrom(
  'A',
  'a',
  'b',
  'a\0b',
  'exported_a',
  '__z__',
  'job',
  'é',
  '𝄞',
  '\uffff',
);
const text = fc.constantFrom('', 'x', 'y', 'eu-central-1a', 'eu-central-1b', 'é', 'x'.repeat(200));
const labels = fc.dictionary(label, text, { maxKeys: 5 }).map((entries) => labelsOf(entries));
const value = fc.oneof(
  fc.constantFrom(0, -0, 1, 2, 1_000, 0.1, Number.NaN, Infinity, -Infinity, 2 ** 60),
  fc.double(),
);
const known = fc.record({
  name: fc.constantFrom('up', 'requests_total', 'requests_created'),
  labels,
  // Metric relabeling has joined it with its target's labels.
  isJoined: fc.boolean(),
});
const page = fc.record({
  of: fc.nat(),
  labels: labels.map((all) => withoutEmpty(all)),
  honorLabels: fc.boolean(),
  startedAt: fc.constantFrom(0, MINUTE, Date.UTC(2026, 0, 1), -5),
  samples: fc.array(fc.record({ of: fc.nat(), value }), { maxLength: 30 }),
});

describe('RequestWriter', () => {
  it('writes what plain encoding gives, cycle after cycle, and the same as version 2', () => {
    const cycles = fc.array(fc.array(page, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(known, { minLength: 1, maxLength: 12 }),
        labels,
        cycles,
        (all, external, pages) => {
          const list = all.map(({ isJoined, ...one }) =>
            isJoined
              ? { ...series(one.name, one), origin: series('before') }
              : series(one.name, one),
          );
          const tables = [new LabelTable(), new LabelTable()] as const;
          for (const cycle of pages) {
            for (const table of tables) table.renew();
            const scrapes = cycle.map((one) => scrapeOf(one, list));
            const plain = hexOf(expected(scrapes, external));
            expect(hexOf(requestOf(scrapes, external, tables[0]))).toBe(plain);
            const version2 = symbolRequestOf(scrapes, external, tables[1]);
            expect(hexOf(Buffer.from(toVersion1(version2)))).toBe(plain);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps names apart that look alike when joined', () => {
    const samples = [{ a: 'x', b: 'y' }, { 'a\0b': 'z' }].map((own) => ({
      series: series('some', { labels: own }),
      value: 1,
    }));
    const scrape = scrapeWith(samples);
    expect(hexOf(requestOf([scrape], labelsOf()))).toBe(hexOf(expected([scrape], labelsOf())));
  });

  it('writes samples with times of their own as plain encoding does', () => {
    const cpu = series('cpu', { labels: { a: 'b' } });
    const memory = series('memory');
    const scrape = scrapeWith(
      [1, 2, 3].flatMap((time) => [
        { series: cpu, value: time, timestamp: time * MINUTE },
        { series: memory, value: time / 3, timestamp: -time },
      ]),
    );
    const plain = plainRequest([
      plainSeries(cpu, scrape.target, labelsOf(), [
        [1, MINUTE],
        [2, 2 * MINUTE],
        [3, 3 * MINUTE],
      ]),
      plainSeries(memory, scrape.target, labelsOf(), [
        [1, -3],
        [2 / 3, -2],
        [1 / 3, -1],
      ]),
    ]);
    expect(hexOf(requestOf([scrape], labelsOf()))).toBe(hexOf(plain));
  });

  it('writes staleness markers as plain encoding does', () => {
    const gone = [series('up'), series('down', { labels: { a: 'b' } })];
    const { batches, writer } = writing(labelsOf({ region: 'r' }));
    const owner = target();
    writer.writeStale({ target: owner, series: gone }, MINUTE, new PendingSamples());
    const plain = gone.map((one) =>
      plainSeries(one, owner, labelsOf({ region: 'r' }), [[STALE_NAN, MINUTE]]),
    );
    expect(hexOf(plainOf(batches()))).toBe(hexOf(plainRequest(plain)));
  });

  it.each([
    ['labels', MAX_PIECES, ''],
    ['bytes of labels', MAX_PIECE_BYTES / 1_014, 'x'.repeat(1_000)],
  ])('forgets all labels where there are too many %s, and writes the same', (_, count, text) => {
    const table = new LabelTable();
    const first = table.label('a', 'b');
    for (let i = 0; i < count - 10; i++) table.label('id', `${i}${text}`);
    expect(table.label('a', 'b') === first).toBe(true);

    const samples = Array.from({ length: 30 }, (_, index) => ({
      series: series('some', { labels: { id: `other ${index}${text}`, a: 'b' } }),
      value: index,
    }));
    for (let cycle = 0; cycle < 2; cycle++) {
      table.renew();
      const scrape = scrapeWith(samples);
      expect(hexOf(requestOf([scrape], labelsOf(), table))).toBe(
        hexOf(expected([scrape], labelsOf())),
      );
    }
    expect(table.label('a', 'b') === first).toBe(false);
  });

  it('splits a request between series, whatever they and their samples are', () => {
    const sample = fc.record({ series: fc.nat(9), timestamp: fc.option(fc.nat(5)) });
    const pages = fc.array(fc.array(sample, { minLength: 1, maxLength: 20 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(pages, (all) => {
        const { batches, writer } = writing(labelsOf());
        for (const one of all) {
          const samples = one.map(({ series: of, timestamp }, index) => ({
            series: SERIES[of]!,
            value: index,
            timestamp: timestamp ?? undefined,
          }));
          writer.write(scrapeWith(samples), NO_SERIES, new PendingSamples(), new Drops());
        }
        const [whole] = batches();
        const parts = splitFully(whole!);
        expect(hexOf(plainOf(parts))).toBe(hexOf(plainOf([whole!])));
        expect(parts.reduce((sum, { samples }) => sum + samples, 0)).toBe(whole!.samples);
        for (const part of parts) expect(readSampleCount(part)).toBe(part.samples);
        expect(countsByWrite(parts)).toEqual(countsByWrite([whole!]));
      }),
    );
  });

  it('begins another request where one is full', () => {
    const labelsOfOne = { text: 'x'.repeat(1_000) };
    const samples = Array.from({ length: 2_500 }, (_, index) => ({
      series: series(`metric_${index}`, { labels: labelsOfOne }),
      value: index,
    }));
    const { batches, writer } = writing(labelsOf());
    const scrape = scrapeWith(samples);
    writer.write(scrape, NO_SERIES, new PendingSamples(), new Drops());
    const all = batches();
    const sizes = all.map((batch) => plainOf([batch]).length);
    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes)).toBeLessThan(MAX_SERIES_BYTES + 2_000);
    expect(plainOf(all).equals(expected([scrape], labelsOf()))).toBe(true);
  });
});

const SERIES = Array.from({ length: 10 }, (_, index) =>
  series(`metric_${index}`, { labels: { index: String(index), text: 'some longer text' } }),
);

function withoutEmpty(all: Labels): Labels {
  return labelsOf(Object.fromEntries(Object.entries(all).filter(([, text]) => text !== '')));
}

function scrapeOf(
  {
    labels: own,
    honorLabels,
    startedAt,
    samples,
  }: typeof page extends fc.Arbitrary<infer T> ? T : never,
  list: readonly Series[],
): TargetSamples {
  return {
    target: { ...target(), labels: own, honorLabels },
    startedAt,
    samples: samples.map((one) => ({ series: list[one.of % list.length]!, value: one.value })),
  };
}

function scrapeWith(samples: TargetSamples['samples']): TargetSamples {
  return { target: target(), startedAt: MINUTE, samples };
}

function writing(external: Labels, table = new LabelTable(), format: RequestFormat = {}) {
  const full: Batch[] = [];
  const rules = { external, relabeling: [] };
  const writer = new RequestWriter(rules, table, (batch) => full.push(batch), format);
  const batches = () => {
    const rest = writer.take();
    return rest === undefined ? full : [...full, rest];
  };
  return { writer, batches };
}

function requestOf(
  scrapes: readonly TargetSamples[],
  external: Labels,
  table?: LabelTable,
): Buffer {
  const { writer, batches } = writing(external, table);
  for (const scrape of scrapes) writer.write(scrape, NO_SERIES, new PendingSamples(), new Drops());
  return plainOf(batches());
}

/** As version 2 has it, before compression. */
function symbolRequestOf(
  scrapes: readonly TargetSamples[],
  external: Labels,
  table: LabelTable,
): Buffer {
  const { writer, batches } = writing(external, table, { series: new SeriesWriterV2() });
  for (const scrape of scrapes) writer.write(scrape, NO_SERIES, new PendingSamples(), new Drops());
  return plainOf(batches());
}

/** Each series once for each target, and none without any label. */
function expected(scrapes: readonly TargetSamples[], external: Labels): Buffer {
  return plainRequest(
    scrapes.flatMap(({ target: of, startedAt, samples }) => {
      const labelsIn = (one: Series) => plainSeries(one, of, external, []).toString('hex');
      const first = new Map<string, Sample>();
      for (const sample of samples) {
        const key = labelsIn(sample.series);
        if (!first.has(key)) first.set(key, sample);
      }
      return [...first.values()].map(({ series: one, value: is }) =>
        plainSeries(one, of, external, [[Number.isNaN(is) ? NORMAL_NAN : is, startedAt]]),
      );
    }),
  );
}

function plainOf(batches: readonly Batch[]): Buffer {
  return Buffer.concat(batches.map((batch) => unsnappy(batch.body() as Buffer)));
}

/** Of bytes: Jest compares texts far faster. */
function hexOf(bytes: Buffer): string {
  return bytes.toString('hex');
}

function splitFully(batch: Batch): Batch[] {
  const halves = batch.split();
  return halves === undefined ? [batch] : halves.flatMap(splitFully);
}

function readSampleCount(batch: Batch): number {
  return readWriteRequest(batch.body() as Buffer).reduce(
    (sum, { samples }) => sum + samples.length,
    0,
  );
}

function countsByWrite(batches: readonly Batch[]): Map<PendingSamples, number> {
  const counts = new Map<PendingSamples, number>();
  for (const { portions } of batches) {
    for (const { write, samples } of portions)
      counts.set(write, (counts.get(write) ?? 0) + samples);
  }
  return counts;
}
