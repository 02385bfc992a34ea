import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encode } from '../../lambda/emf/encode.ts';
import { groupsOf } from '../../lambda/grouping/grouping.ts';
import type { LogEvent } from '../../lambda/model/delivery/event.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import type { Point } from '../../lambda/model/samples/point.ts';
import type { Publication } from '../../lambda/model/samples/publication.ts';
import { labelsOf, type Series } from '../../lambda/model/samples/sample.ts';
import { distributionOf } from '../../lambda/series/distribution.ts';
import { series } from '../series/samples.ts';
import { directivesOf, manyValuesOf, problemsOf, type ValueCounts, valuesOf } from './events.ts';

/** Whatever is to be published, by whatever declarations: valid events, and nothing lost without being counted. */

const TIME = Date.UTC(2026, 4, 1);

/** Distinct objects, as the labels of the rules' samples are. */
const LABEL_SETS = [
  {},
  { job: 'app', code: '200' },
  { job: 'app', code: '200', m1: 'x', _aws: '{}', é: 'é' },
  { job: 'app', code: '200', filler: 'x'.repeat(400_000) },
  { job: 'app', code: '200', filler: 'x'.repeat(1_047_000) },
  { job: 'app', code: '200', filler: 'x'.repeat(1_048_400) },
].map((labels) => labelsOf(labels));

const PUBLICATIONS: readonly Publication[] = [
  { namespace: 'ns', dimensions: [[]], storageResolution: 60, rate: false },
  {
    namespace: 'other',
    dimensions: [['job'], ['code', 'job']],
    storageResolution: 60,
    rate: false,
  },
  { namespace: 'ns', dimensions: [['job']], storageResolution: 1, rate: false, properties: [] },
];
const PER_SECOND: readonly Publication[] = [
  { namespace: 'rates', dimensions: [[]], storageResolution: 60, rate: true },
  {
    namespace: 'rates',
    dimensions: [['job']],
    storageResolution: 60,
    rate: true,
    properties: ['a'],
  },
];

const time = fc.oneof(
  fc.constant(0),
  fc.nat(180_000),
  fc.double({ min: 0, max: 9e4, noNaN: true }),
);

/** A histogram with so many buckets. */
const distribution = (buckets: number, sum: number) =>
  distributionOf(
    Array.from({ length: buckets }, (_, i) => ({ from: i, to: i + 1, count: (i % 7) + 1 })),
    sum,
  );

const kind = fc.oneof(
  fc.record({
    name: fc.constantFrom('m1', 'm2', 'code', 'größe'),
    value: fc.integer(),
    interval: fc.constant(undefined),
  }),
  fc.record({
    name: fc.constantFrom('c1', 'c2'),
    value: fc.nat(),
    interval: fc.constantFrom(0, 1, 60_000),
  }),
  fc.record({
    name: fc.constantFrom('odd', '_aws', '', 'n'.repeat(256), '\n', '__proto__'),
    value: fc.constantFrom(Number.MAX_VALUE, -(2 ** 361), 2 ** 360, 5e-324, -0),
    interval: fc.constantFrom(undefined, 1),
  }),
  fc.record({
    name: fc.constantFrom('h1', 'm1'),
    value: fc.record({ buckets: fc.integer({ min: 1, max: 260 }), sum: fc.nat(1e6) }),
    interval: fc.constant(undefined),
  }),
);

/** The same list for the same labels, as the rules give. */
const setting = fc.record({
  labels: fc.nat(LABEL_SETS.length - 1),
  publications: fc.tuple(fc.subarray([...PUBLICATIONS]), fc.subarray([...PER_SECOND])),
  points: fc.array(fc.tuple(kind, time), { maxLength: 60 }),
});

/** As the rules have it, the labels and the name say how a point is published. */
const settings = fc.uniqueArray(setting, { maxLength: 3, selector: ({ labels }) => labels });

it('gives valid events only, whatever is to be published', () => {
  fc.assert(
    fc.property(settings, (given) => {
      const { points, events, dropped } = run(given);
      expect(events.flatMap(problemsOf)).toEqual([]);
      const offered = new Set(points.map((point) => point.series));
      expect(dropped.filter((each) => !offered.has(each))).toEqual([]);
      expect(new Set(dropped).size).toBe(dropped.length);
    }),
    { numRuns: 100 },
  );
});

it('publishes all that is not counted as dropped', () => {
  fc.assert(
    fc.property(settings, (given) => {
      const { points, events, dropped } = run(given);
      const lost = new Set(dropped);
      const published = points.filter((point) => !lost.has(point.series));
      const totals: Record<string, number> = {};
      const add = (name: string, value: number) => {
        totals[name] = (totals[name] ?? 0) + value;
      };
      for (const {
        series: { name },
        value,
        publications,
        interval,
      } of published) {
        const rates = publications.filter(({ rate }) => rate).length;
        if (interval !== undefined && rates > 0 && rates === publications.length) continue;
        add(name, typeof value === 'number' ? value : value.sum);
      }
      const found: Record<string, number> = {};
      for (const event of events) {
        for (const [name, value] of Object.entries(numbersOf(event))) {
          if (!isPerSecond(event, name)) found[name] = (found[name] ?? 0) + value;
        }
      }
      for (const name of ['m1', 'm2', 'code', 'größe', 'c1', 'c2', 'h1']) {
        expect([name, found[name] ?? 0]).toEqual([name, expect.closeTo(totals[name] ?? 0, 3)]);
      }
    }),
    { numRuns: 100 },
  );
});

type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

function run(settings: readonly Setting[]) {
  const points: Point[] = [];
  for (const {
    labels,
    publications: [plain, perSecond],
    points: given,
  } of settings) {
    const set = LABEL_SETS[labels]!;
    for (const [{ name, value, interval }, offset] of given) {
      // As the rules do it: a dimension is a label that the metric does not replace.
      const publications = [...plain, ...perSecond].filter(({ dimensions }) =>
        dimensions.flat().every((label) => label !== name && set[label] !== undefined),
      );
      points.push({
        series: series(name),
        labels: set,
        publications,
        value: typeof value === 'number' ? value : distribution(value.buckets, value.sum),
        interval,
        timestamp: TIME + offset,
      });
    }
  }
  const dropped: Series[] = [];
  const drops = new Drops((_, each) => dropped.push(each));
  const events = encode(
    groupsOf(points, drops),
    { units: new Map([['m1', 'Count']]) },
    () => ({ logGroup: 'g', logStream: 's' }),
    drops,
  );
  return { points, events, dropped };
}

/** Differences alone are published per second. */
function isPerSecond(event: LogEvent, name: string): boolean {
  const namespaces = directivesOf(event)
    .filter(({ Metrics }) => Metrics.some(({ Name }) => Name === name))
    .map(({ Namespace }) => Namespace);
  return (
    /^c\d$/.test(name) && namespaces.length > 0 && namespaces.every((each) => each === 'rates')
  );
}

/** What each field of an event adds up to. */
function numbersOf(event: Parameters<typeof valuesOf>[0]): Record<string, number> {
  const many = Object.entries(manyValuesOf(event)).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.reduce((sum, each) => sum + each, 0) : (value as ValueCounts).Sum,
  ]);
  return { ...valuesOf(event), ...Object.fromEntries(many) };
}
