import type { Bin, Distribution } from '../model/samples/point.ts';

/** Observations of one bucket: above `from`, up to `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** Above 0. */
  readonly count: number;
}

/**
 * Values for the observations of a bucket, spread evenly over it, as Prometheus' histogram_quantile assumes. CloudWatch
 * returns one of the values as a percentile, so it is off by up to a tenth of the bucket's width. More values make
 * events larger, and percentiles hardly better: see docs/metric-types.md.
 */
export const VALUES_PER_BUCKET = 5;

/** Values of a distribution unless it has more buckets: the limit of one metric in an event. */
const MAX_VALUES = 100;

/** More digits of an inexact value would only make an event larger. */
const SIGNIFICANT_DIGITS = 6;

/**
 * Converts the buckets of a histogram into a few values for each, from which CloudWatch can compute percentiles.
 *
 * @param ranges one or more in ascending order that do not overlap; the first may begin at -Infinity, the last end at
 *   +Infinity
 * @param sum sum of all observations; a value that is not finite means unknown
 */
export function distributionOf(ranges: readonly Range[], sum: number): Distribution {
  const [first] = ranges;
  if (ranges.length === 1 && first?.count === 1 && first.from <= sum && sum <= first.to) {
    return { bins: [{ value: sum, count: 1, from: sum, to: sum }], sum };
  }
  const valuesEach = Math.max(
    1,
    Math.min(VALUES_PER_BUCKET, Math.floor(MAX_VALUES / ranges.length)),
  );
  const bins: Bin[] = [];
  for (const range of ranges) {
    if (Number.isFinite(range.from) && Number.isFinite(range.to)) spread(range, valuesEach, bins);
    else bins.push(openEnded(range, sum - sumOf(bins)));
  }
  return { bins, sum: Number.isFinite(sum) ? sum : sumOf(bins) };
}

/** Adds the values for a range with two bounds. */
function spread({ from, to, count }: Range, values: number, bins: Bin[]): void {
  const steps = Math.max(1, Math.min(values, Math.floor(count)));
  let counted = 0;
  for (let step = 0; step < steps; step++) {
    const share = (step + 0.5) / steps;
    const value = Number((from * (1 - share) + to * share).toPrecision(SIGNIFICANT_DIGITS));
    const upTo = step === steps - 1 ? count : Math.floor((count * (step + 1)) / steps);
    bins.push({ value: Math.min(Math.max(value, from), to), count: upTo - counted, from, to });
    counted = upTo;
  }
}

/** The value for a range without a bound: the mean of the rest of the sum, if that lies in the range. */
function openEnded({ from, to, count }: Range, rest: number): Bin {
  const bound = Number.isFinite(from) ? from : to;
  let value = Number.isFinite(bound) ? bound : 0;
  // A range below the first bucket comes before the others, whose share of the sum is unknown then.
  if (to === Number.POSITIVE_INFINITY && Number.isFinite(rest))
    value = Math.max(rest / count, from);
  return { value, count, from: Number.isFinite(from) ? from : value, to: value };
}

function sumOf(bins: readonly Bin[]): number {
  return bins.reduce((sum, { value, count }) => sum + value * count, 0);
}
