import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Distribution } from '../../lambda/model/samples/point.ts';
import { distributionOf, type Range, VALUES_PER_BUCKET } from '../../lambda/series/distribution.ts';

const INFINITY = Number.POSITIVE_INFINITY;

const valuesOf = ({ bins }: Distribution) => bins.map(({ value, count }) => [value, count]);

describe('the values that stand for a bucket', () => {
  it('are spread evenly over it, with the observations dealt out', () => {
    expect(valuesOf(distributionOf([{ from: 0, to: 1, count: 12 }], 5))).toEqual([
      [0.1, 2],
      [0.3, 2],
      [0.5, 3],
      [0.7, 2],
      [0.9, 3],
    ]);
  });

  it('are not more than there are observations', () => {
    expect(valuesOf(distributionOf([{ from: 0, to: 1, count: 2 }], 1))).toEqual([
      [0.25, 1],
      [0.75, 1],
    ]);
  });

  it('are fewer where there are many buckets', () => {
    const ranges = Array.from({ length: 40 }, (_, i) => ({ from: i, to: i + 1, count: 100 }));
    expect(distributionOf(ranges, 1).bins).toHaveLength(80);
    const more = Array.from({ length: 250 }, (_, i) => ({ from: i, to: i + 1, count: 100 }));
    expect(distributionOf(more, 1).bins).toHaveLength(250);
  });

  it('is the very value where there is one observation only', () => {
    const { bins, sum } = distributionOf([{ from: 0.1, to: 1, count: 1 }], 0.95);
    expect(bins).toEqual([{ value: 0.95, count: 1, from: 0.95, to: 0.95 }]);
    expect(sum).toBe(0.95);
  });

  it('stay inside of it, however narrow it is', () => {
    const [bin] = distributionOf([{ from: 1.00000001, to: 1.00000002, count: 1 }], 9).bins;
    expect(bin!.value).toBeGreaterThanOrEqual(1.00000001);
    expect(bin!.value).toBeLessThanOrEqual(1.00000002);
  });

  it.each<[name: string, ranges: Range[], sum: number, bins: unknown[]]>([
    [
      'beyond the last bound are what is left of the sum',
      [
        { from: 0, to: 10, count: 1 },
        { from: 10, to: INFINITY, count: 2 },
      ],
      105,
      [
        { value: 5, count: 1, from: 0, to: 10 },
        { value: 50, count: 2, from: 10, to: 50 },
      ],
    ],
    [
      'beyond the last bound are not below it',
      [{ from: 10, to: INFINITY, count: 2 }],
      6,
      [{ value: 10, count: 2, from: 10, to: 10 }],
    ],
    [
      'beyond the last bound are that bound where the sum is not known',
      [{ from: 10, to: INFINITY, count: 2 }],
      Number.NaN,
      [{ value: 10, count: 2, from: 10, to: 10 }],
    ],
    [
      'below a first bound that is not positive are that bound',
      [
        { from: -INFINITY, to: -5, count: 3 },
        { from: -5, to: 0, count: 1 },
      ],
      -20,
      [
        { value: -5, count: 3, from: -5, to: -5 },
        { value: -2.5, count: 1, from: -5, to: 0 },
      ],
    ],
    [
      'without any bound are their mean',
      [{ from: -INFINITY, to: INFINITY, count: 4 }],
      10,
      [{ value: 2.5, count: 4, from: 2.5, to: 2.5 }],
    ],
  ])('%s', (_, ranges, sum, bins) => {
    expect(distributionOf(ranges, sum).bins).toEqual(bins);
  });
});

describe('the sum', () => {
  it('is exactly the given one', () => {
    expect(distributionOf([{ from: 0, to: 1, count: 3 }], 2.7000000001).sum).toBe(2.7000000001);
  });

  it.each([Number.NaN, INFINITY])('is that of the values where it is %d', (sum) => {
    expect(distributionOf([{ from: 0, to: 1, count: 4 }], sum).sum).toBeCloseTo(2, 12);
  });
});

/** Buckets of many shapes, each wider than the one before or not, some of them empty. */
const histogram = fc
  .array(
    fc.record({
      width: fc.double({ min: 0.001, max: 1000, noNaN: true }),
      count: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 }), fc.nat(1_000_000)),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .filter((buckets) => buckets.some(({ count }) => count > 0))
  .map((buckets) => {
    let from = 0;
    return buckets.map(({ width, count }) => {
      const range = { from, to: from + width, count };
      from = range.to;
      return range;
    });
  });

describe('percentiles of random histograms', () => {
  it.each([0.5, 0.9, 0.99])(
    'p%d is in the right bucket, off by the stated part of its width',
    (p) => {
      fc.assert(
        fc.property(histogram, (ranges) => {
          const filled = ranges.filter(({ count }) => count > 0);
          const exact = interpolated(filled, p);
          const width = exact.range.to - exact.range.from;
          const error = Math.abs(percentileOf(distributionOf(filled, Number.NaN), p) - exact.value);
          // Half of the distance of two values; of few observations there are as many values.
          const values = Math.min(VALUES_PER_BUCKET, exact.range.count);
          // Observations cannot be halved, so a value stands for up to one more or less than its share.
          const uneven = exact.range.count % values === 0 ? 0 : 1 / exact.range.count;
          const rounded = 1e-5 * exact.range.to;
          expect(error).toBeLessThanOrEqual(width * (0.5 / values + uneven) + rounded);
        }),
        { numRuns: 2000 },
      );
    },
  );

  it('come with values that are all in their buckets, and counts that are the buckets’', () => {
    fc.assert(
      fc.property(histogram, fc.double({ noNaN: true }), (ranges, sum) => {
        const filled = ranges.filter(({ count }) => count > 0);
        const { bins } = distributionOf(filled, sum);
        for (const { from, to, count } of filled) {
          const inside = bins.filter((bin) => from <= bin.from && bin.to <= to);
          expect(inside.reduce((total, bin) => total + bin.count, 0)).toBe(count);
        }
        expect(bins.length).toBeLessThanOrEqual(100);
      }),
    );
  });
});

/** As Prometheus' histogram_quantile: evenly spread in the bucket that holds the rank. */
function interpolated(ranges: readonly Range[], p: number): { value: number; range: Range } {
  let rank = p * ranges.reduce((total, { count }) => total + count, 0);
  for (const range of ranges) {
    if (rank <= range.count) {
      return { value: range.from + (range.to - range.from) * (rank / range.count), range };
    }
    rank -= range.count;
  }
  throw new Error('the rank is beyond all buckets');
}

/** The smallest value that so many observations are not above. */
function percentileOf({ bins }: Distribution, p: number): number {
  let rank = p * bins.reduce((total, { count }) => total + count, 0);
  for (const { value, count } of bins) {
    if (rank <= count) return value;
    rank -= count;
  }
  throw new Error('the rank is beyond all values');
}
