import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TargetSamples } from '../../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import { type Labels, labelsOf, type Series } from '../../../lambda/model/samples/sample.ts';
import { joinLabels } from '../../../lambda/model/targets/join-labels.ts';
import { SeriesTable } from '../../../lambda/outputs/otlp/known-series.ts';
import { RequestWriter } from '../../../lambda/outputs/otlp/request-writer.ts';
import type { Batch } from '../../../lambda/outputs/push/batch.ts';
import { PendingSamples } from '../../../lambda/outputs/push/pending-samples.ts';
import { MAX_PIECES } from '../../../lambda/outputs/wire/piece-table.ts';
import { counter, series, target } from '../../series/samples.ts';
import { readExportRequest } from './export-request.ts';

const NOW = Date.UTC(2026, 0, 1);

/** Few names and values, so that all ways in which labels meet come up. */
const label = fc.constantFrom('a', 'b', 'exported_a', 'é');
const labels = fc
  .dictionary(label, fc.constantFrom('', 'x', 'y', 'é', 'x'.repeat(200)), { maxKeys: 3 })
  .map((entries) => labelsOf(entries));
const seriesOfAnyType = fc
  .record({
    type: fc.constantFrom('counter' as const, 'gauge' as const),
    name: fc.constantFrom('up', 'requests_total'),
    labels,
    isJoined: fc.boolean(),
  })
  .map(
    ({ name, isJoined, ...more }): Series =>
      isJoined ? { ...series(name, more), origin: series(name, more) } : series(name, more),
  );
const page = fc.record({
  labels: labels.map(withoutEmpty),
  honorLabels: fc.boolean(),
  startedAt: fc.constantFrom(undefined, NOW - 5_000),
  samples: fc.array(
    fc.record({
      of: fc.nat(),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
      timestamp: fc.constantFrom(undefined, NOW - 1, NOW - 0.25),
      start: fc.constantFrom(undefined, NOW - 10),
    }),
    { maxLength: 20 },
  ),
});

describe('RequestWriter of OTLP', () => {
  it('says of each sample what it says, cycle after cycle', () => {
    const cycles = fc.array(fc.array(page, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(seriesOfAnyType, { minLength: 1, maxLength: 10 }),
        cycles,
        (list, pages) => {
          const table = new SeriesTable();
          for (const cycle of pages) {
            table.renew();
            const scrapes = cycle.map(
              ({ samples, startedAt, ...more }): TargetSamples => ({
                target: { ...target(), ...more, startedAt },
                startedAt: NOW,
                samples: samples.map(({ of, ...one }) => ({
                  series: list[of % list.length]!,
                  ...one,
                })),
              }),
            );
            const points = pointsOf(batchesOf(scrapes, table));
            expect(sorted(points)).toEqual(sorted(scrapes.flatMap(expectedOf)));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('forgets attributes where there are too many, and says the same', () => {
    const table = new SeriesTable();
    const [first, ...others] = [MAX_PIECES - 5, 20, 20].map((count, round) =>
      Array.from({ length: count }, (_, index) => ({
        series: counter('some_total', { id: `${round} ${index}` }),
        value: index,
      })),
    );
    batchesOf([{ target: target(), startedAt: NOW, samples: first! }], table);
    for (const samples of [...others, ...others]) {
      const scrape = { target: target(), startedAt: NOW, samples };
      const points = pointsOf(batchesOf([scrape], table));
      expect(sorted(points)).toEqual(sorted(expectedOf(scrape)));
    }
  });

  it('splits a request between points, and keeps what they belong to', () => {
    const pages = fc.array(
      fc.array(fc.record({ metric: fc.nat(3), id: fc.nat(3) }), { minLength: 1, maxLength: 12 }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(pages, (all) => {
        const scrapes = all.map(
          (one, index): TargetSamples => ({
            target: { ...target(), labels: labelsOf({ instance: String(index) }) },
            startedAt: NOW,
            samples: one.map(({ metric, id }, value) => ({
              series: counter(`metric_${metric}`, { id: String(id) }),
              value,
            })),
          }),
        );
        const [whole, ...more] = batchesOf(scrapes, new SeriesTable());
        expect(more).toEqual([]);
        const parts = splitFully(whole!);
        expect(parts).toHaveLength(whole!.samples);
        expect(pointsOf(parts)).toEqual(pointsOf([whole!]));
        expect(countsByWrite(parts)).toEqual(countsByWrite([whole!]));
        const halves = whole!.split() ?? [whole!];
        expect(pointsOf(halves)).toEqual(pointsOf([whole!]));
        for (const half of halves) expect(pointsOf([half])).toHaveLength(half.samples);
      }),
    );
  });

  it('counts a series of many labels as several steps of a turn', () => {
    const labels = Object.fromEntries(Array.from({ length: 800 }, (_, n) => [`l${n}`, 'x']));
    let cost = 0;
    const scrape: TargetSamples = {
      target: target(),
      startedAt: NOW,
      samples: [{ series: series('a', { labels }), value: 1 }],
      step: (items = 1) => {
        cost += items;
      },
    };
    batchesOf([scrape], new SeriesTable());
    expect(cost).toBeGreaterThanOrEqual(100);
  });

  it('sorts buckets that are out of order, and takes each once', () => {
    const drops = new Drops();
    const bucket = (le: string, value: number) => ({
      series: series('seconds_bucket', { family: 'seconds', type: 'histogram', labels: { le } }),
      value,
    });
    const samples = [
      ['+Inf', 10],
      ['2', 7],
      ['0.5', 3],
      ['2.0', 99],
      ['1', 5],
      ['+Inf', 99],
    ] as const;
    const scrape = {
      target: target(),
      startedAt: NOW,
      samples: samples.map(([le, value]) => bucket(le, value)),
    };
    const [point] = pointsOf(batchesOf([scrape], new SeriesTable(), drops));
    expect(point).toMatchObject({ bounds: [0.5, 1, 2], counts: [3n, 2n, 2n, 3n], count: 10n });
    expect([...drops.counts]).toEqual([['duplicate', 2]]);
  });

  it('puts parts of a histogram together that have the same labels at last', () => {
    const drops = new Drops();
    const part = (name: string, labels: Labels, value: number, isJoined: boolean) => ({
      series: series(name, {
        family: 'seconds',
        type: 'histogram',
        labels: isJoined ? { ...target().labels, ...labels } : labels,
        ...(isJoined && { origin: series(name, { family: 'seconds', type: 'histogram' }) }),
      }),
      value,
    });
    const samples = [
      part('seconds_bucket', { le: '1' }, 5, false),
      part('seconds_bucket', { le: '+Inf' }, 10, false),
      part('seconds_bucket', { le: '2' }, 7, true),
      part('seconds_bucket', { le: '1' }, 99, true),
      part('seconds_count', {}, 10, true),
    ];
    const scrape = { target: target(), startedAt: NOW, samples };
    const points = pointsOf(batchesOf([scrape], new SeriesTable(), drops));
    expect(points).toEqual([
      expect.objectContaining({ bounds: [1, 2], counts: [5n, 2n, 3n], count: 10n }),
    ]);
    expect([...drops.counts]).toEqual([['duplicate', 1]]);
  });

  it.each<[string, Series, Series]>([
    ['in another order of labels', up({ a: '1', b: '2' }), up({ b: '2', a: '1' })],
    ['with an empty label', up({ a: '1' }), up({ b: '', a: '1' })],
    ['as another type', up({}), counter('up')],
    ['after relabeling', up({}), { ...up(target().labels), origin: up({}) }],
    ['in the same object', ...twice(up({}))],
  ])('writes a series once that comes again %s', (_, first, second) => {
    const drops = new Drops();
    const samples = [first, up({ other: 'x' }), second].map((one, value) => ({
      series: one,
      value,
    }));
    const scrape = { target: target(), startedAt: NOW, samples };
    const points = pointsOf(batchesOf([scrape], new SeriesTable(), drops));
    expect(points.map(({ value }) => value)).toEqual([0, 1]);
    expect([...drops.counts]).toEqual([['duplicate', 1]]);
  });

  it('writes a large request in one part as it does in several', () => {
    const samples = Array.from({ length: 900 }, (_, index) => ({
      series: counter('some_total', { id: String(index), text: 'x'.repeat(900) }),
      value: index,
    }));
    const [batch, ...more] = batchesOf(
      [{ target: target(), startedAt: NOW, samples }],
      new SeriesTable(),
    );
    expect(more).toEqual([]);
    expect(gunzipSync(batch!.body() as Buffer).length).toBeGreaterThan(800_000);
    expect(pointsOf(batch!.split()!)).toEqual(pointsOf([batch!]));
  });
});

function up(labels: Labels): Series {
  return series('up', { labels });
}

function twice<T>(one: T): [T, T] {
  return [one, one];
}

function withoutEmpty(all: Labels): Labels {
  return labelsOf(Object.fromEntries(Object.entries(all).filter(([, text]) => text !== '')));
}

function batchesOf(
  scrapes: readonly TargetSamples[],
  table: SeriesTable,
  drops = new Drops(),
): readonly Batch[] {
  const full: Batch[] = [];
  const writer = new RequestWriter(table, (batch) => full.push(batch));
  for (const scrape of scrapes) writer.write(scrape, NOW, new PendingSamples(), drops);
  const rest = writer.take();
  return rest === undefined ? full : [...full, rest];
}

function pointsOf(batches: readonly Batch[]) {
  return batches.flatMap((batch) => readExportRequest(batch.body() as Buffer));
}

/** Of counters and gauges: one point a sample, with the labels that its target has not; each point once. */
function expectedOf({ target: of, samples }: TargetSamples) {
  const resource = Object.fromEntries(
    Object.entries(of.labels).map(([name, value]) => [RESOURCE_NAMES[name] ?? name, value]),
  );
  const points = samples.map(({ series: one, value, timestamp = NOW, start = of.startedAt }) => {
    const joined = one.origin ? one.labels : joinLabels(one.labels, of);
    const own = Object.entries(joined).filter(
      ([name, text]) => text !== '' && of.labels[name] !== text,
    );
    const isCounter = (one.origin ?? one).type === 'counter';
    return {
      resource,
      metric: one.name,
      kind: isCounter ? 'sum' : 'gauge',
      ...(isCounter && { temporality: 2, monotonic: true }),
      attributes: Object.fromEntries(own),
      ...(isCounter && start !== undefined && { start: BigInt(start) * 1_000_000n }),
      time: BigInt(timestamp * 100) * 10_000n,
      value,
    };
  });
  // The points of a metric are written together, those of a metric that comes first before others.
  const metrics = new Map<string, typeof points>();
  for (const point of points) {
    const key = point.kind + point.metric;
    metrics.set(key, [...(metrics.get(key) ?? []), point]);
  }
  const first = new Map<string, (typeof points)[number]>();
  for (const point of [...metrics.values()].flat()) {
    const { metric, attributes, time } = point;
    const key = textOf({ metric, attributes, time });
    if (!first.has(key)) first.set(key, point);
  }
  return [...first.values()];
}

const RESOURCE_NAMES: Readonly<Record<string, string>> = {
  job: 'service.name',
  instance: 'service.instance.id',
};

/** The metrics of a target may come in another order than its samples. */
function sorted(points: readonly object[]): string[] {
  return points.map(textOf).sort();
}

function textOf(point: object): string {
  return JSON.stringify(point, (_, value) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (Object.is(value, -0)) return '-0';
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function splitFully(batch: Batch): Batch[] {
  const halves = batch.split();
  return halves === undefined ? [batch] : halves.flatMap(splitFully);
}

function countsByWrite(batches: readonly Batch[]): Map<PendingSamples, number> {
  const counts = new Map<PendingSamples, number>();
  for (const { portions } of batches) {
    for (const { write, samples } of portions)
      counts.set(write, (counts.get(write) ?? 0) + samples);
  }
  return counts;
}
