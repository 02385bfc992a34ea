import type { Previous } from '../model/delivery/state.ts';
import type { DropReason, Drops } from '../model/samples/drops.ts';
import type { Distribution } from '../model/samples/point.ts';
import type { Bucket, HistogramSample, Sample } from '../model/samples/sample.ts';
import type { Differences } from './differences.ts';
import { distributionOf, type Range } from './distribution.ts';
import { factsOf } from './facts.ts';

/**
 * Converts a histogram: the distribution of its observations since the last sample, or, of a gauge histogram, of its
 * current ones.
 *
 * - It has restarted if one of its buckets or its count has fallen. A fallen sum shows no restart, because negative
 *   observations lower it.
 * - The widest bucket has the number of observations. If buckets fall towards it, or are negative, there is no
 *   distribution, and the next good sample covers the whole gap.
 * - A narrower bucket that has grown more, or is new, is left out: the next wider one contains its observations, too.
 * - Without a finite sum, the sum is that of the values of the distribution.
 *
 * @returns the distribution, or the reason why there is none
 */
export function distributionSince(
  histogram: HistogramSample,
  timestamp: number,
  differences: Differences,
  drops: Drops,
): Distribution | DropReason {
  const total = totalOf(histogram);
  if (total === undefined) return 'inconsistent_histogram';
  if (!Number.isFinite(total.sample.value)) return 'not_finite';
  if (isFalling(histogram, total)) {
    keep(histogram, differences);
    return 'inconsistent_histogram';
  }
  if (histogram.series.type !== 'gaugehistogram' && differences.isBlind) return 'no_state';
  const { key } = factsOf(total.sample.series);
  const last = differences.last(key);
  const refusal = differences.refusal(key, last, timestamp);
  if (refusal !== undefined) {
    keep(histogram, differences);
    return refusal;
  }
  const { series, start } = histogram;
  const isGauge = series.type === 'gaugehistogram';
  const fromZero = isGauge || last === undefined || hasRestarted(histogram, last, differences);
  const grown = (sample: Sample | undefined) => {
    if (sample === undefined || fromZero) return sample?.value ?? Number.NaN;
    return sample.value - (lastOf(sample, differences)?.value ?? Number.NaN);
  };
  const isCounted =
    isGauge || last !== undefined || differences.firstInterval(timestamp, start) !== undefined;
  const result = isCounted ? observed(histogram, total, grown, drops) : 'first_sample';
  for (const sample of isGauge ? ownTimed(total.sample) : samplesOf(histogram)) {
    if (!Number.isFinite(sample.value)) continue;
    differences.remember(factsOf(sample.series).key, sample.value, timestamp, start);
  }
  return result;
}

/** The bucket with all observations, or the count in its place. */
function totalOf({ buckets, count }: HistogramSample): Bucket | undefined {
  const widest = buckets.at(-1);
  const infinite = widest?.bound === Number.POSITIVE_INFINITY;
  if (count === undefined || (infinite && Number.isFinite(widest.sample.value))) return widest;
  return { bound: Number.POSITIVE_INFINITY, sample: count };
}

/** @param grown the increase of a bucket, or of the sum; NaN if unknown */
function observed(
  { series, buckets, sum }: HistogramSample,
  total: Bucket,
  grown: (sample: Sample | undefined) => number,
  drops: Drops,
): Distribution | DropReason {
  let { bound: to, sample } = total;
  let upTo = grown(sample);
  if (!(upTo > 0)) return 'no_observation';
  const ranges: Range[] = [];
  const leftOut: Sample[] = [];
  for (let at = buckets.length - 1; at >= 0; at--) {
    const bucket = buckets[at] as Bucket;
    ({ sample } = bucket);
    if (sample === total.sample) continue;
    const count = grown(sample);
    if (!(count >= 0 && count <= upTo && bucket.bound < to)) {
      leftOut.push(sample);
      continue;
    }
    if (count < upTo) ranges.push({ from: bucket.bound, to, count: upTo - count });
    to = bucket.bound;
    upTo = count;
  }
  // Without negative bounds there are no negative observations, as in Prometheus' histogram_quantile.
  const lowest = to > 0 && Number.isFinite(to) ? 0 : Number.NEGATIVE_INFINITY;
  if (upTo > 0) ranges.push({ from: lowest, to, count: upTo });
  const of = grown(sum);
  const [range] = ranges;
  if (
    range?.from === Number.NEGATIVE_INFINITY &&
    !Number.isFinite(range.to) &&
    !Number.isFinite(of)
  ) {
    return 'inconsistent_histogram';
  }
  for (const each of leftOut) {
    if (series.parts?.includes(each.series)) drops.add('inconsistent_histogram', each.series);
  }
  return distributionOf(ranges.reverse(), of);
}

/** Whether a bucket has less than a narrower one, or than zero. A value that is not finite does not count. */
function isFalling({ buckets }: HistogramSample, total: Bucket): boolean {
  let below = 0;
  for (const { sample } of [...buckets, total]) {
    const { value } = sample;
    if (!Number.isFinite(value)) continue;
    if (value < below) return true;
    below = value;
  }
  return false;
}

/** Keeps the state of the parts. */
function keep(histogram: HistogramSample, differences: Differences): void {
  for (const { series } of samplesOf(histogram)) differences.keep(factsOf(series).key);
}

function hasRestarted(
  histogram: HistogramSample,
  last: Previous,
  differences: Differences,
): boolean {
  if (differences.startedSince(last, histogram.start)) return true;
  return [...histogram.buckets.map(({ sample }) => sample), histogram.count].some(
    (sample) => sample !== undefined && sample.value < (lastOf(sample, differences)?.value ?? 0),
  );
}

function lastOf({ series }: Sample, differences: Differences): Previous | undefined {
  return differences.last(factsOf(series).key);
}

function samplesOf({ buckets, sum, count }: HistogramSample): Sample[] {
  const samples = buckets.map(({ sample }) => sample);
  if (sum !== undefined) samples.push(sum);
  if (count !== undefined) samples.push(count);
  return samples;
}

/** Remembers a gauge only if it has a timestamp of its own, to publish it once. */
function ownTimed(sample: Sample): readonly Sample[] {
  return sample.timestamp === undefined ? [] : [sample];
}
