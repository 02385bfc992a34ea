import type { Previous } from '../model/delivery/state.ts';
import type { DropReason, Drops } from '../model/samples/drops.ts';
import type { Distribution } from '../model/samples/point.ts';
import type { Bucket, HistogramSample, Sample } from '../model/samples/sample.ts';
import type { Differences } from './differences.ts';
import { distributionOf, type Range } from './distribution.ts';
import { factsOf } from './facts.ts';

/**
 * What a histogram observed since its last sample; of a gauge histogram, what it holds now.
 *
 * - It has restarted where one of its buckets or its count has fallen. Its sum says nothing of that, for negative observations
 *   make it fall.
 * - The widest bucket has the number of observations. Buckets that fall towards it, or are negative, count nothing that anybody
 *   could observe: of them there is no distribution, and the next good one covers the whole gap.
 * - A narrower one that has grown more, or that was not there before, is left out: what it holds is in the next wider one, too.
 * - Without a sum, or with one that is not finite, the sum is that of the values that stand for the observations.
 *
 * @returns or why there is nothing to publish
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

/** The bucket that holds all observations, or what stands for it. */
function totalOf({ buckets, count }: HistogramSample): Bucket | undefined {
  const widest = buckets.at(-1);
  const infinite = widest?.bound === Number.POSITIVE_INFINITY;
  if (count === undefined || (infinite && Number.isFinite(widest.sample.value))) return widest;
  return { bound: Number.POSITIVE_INFINITY, sample: count };
}

/** @param grown the number of observations in a bucket, or their sum; NaN where that is not known */
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
  // Without negative bounds there are no negative observations, as for Prometheus' histogram_quantile.
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

/** Whether a bucket has less than a narrower one, or than nothing. One that is not finite says nothing of the others. */
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

/** What is remembered of the parts stays. */
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

/** A gauge is remembered only to publish one that brings its own time once. */
function ownTimed(sample: Sample): readonly Sample[] {
  return sample.timestamp === undefined ? [] : [sample];
}
