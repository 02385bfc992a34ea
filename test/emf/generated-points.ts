import fc from 'fast-check';
import type { Point } from '../../lambda/model/samples/point.ts';
import type { Publication } from '../../lambda/model/samples/publication.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import { distributionOf } from '../../lambda/series/distribution.ts';
import { series } from '../series/samples.ts';

/** Whatever is to be published, by whatever declarations. */

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

/** What a target may have to publish. As the rules have it, the labels and the name say how a point is published. */
export const settings = fc.uniqueArray(setting, { maxLength: 3, selector: ({ labels }) => labels });

type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

/** Units of some of their metrics. */
export const UNITS: ReadonlyMap<string, string> = new Map([['m1', 'Count']]);

/** Points of one target. */
export function pointsOf(given: readonly Setting[]): readonly Point[] {
  const points: Point[] = [];
  for (const {
    labels,
    publications: [plain, perSecond],
    points: offered,
  } of given) {
    const set = LABEL_SETS[labels]!;
    for (const [{ name, value, interval }, offset] of offered) {
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
  return points;
}
