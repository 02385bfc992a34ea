import type { Previous } from '../model/delivery/state.ts';
import type { DropReason, Drops } from '../model/samples/drops.ts';
import { costOfLabels } from '../model/samples/label-cost.ts';
import type { Point } from '../model/samples/point.ts';
import type { Publications } from '../model/samples/publication.ts';
import type { HistogramSample, Labels, Sample } from '../model/samples/sample.ts';
import type { FirstSample } from '../model/settings/config.ts';
import type { Step } from '../model/waiting/turn.ts';
import { Differences, type Past, type ScrapeTime } from './differences.ts';
import { type Facts, factsOf } from './facts.ts';
import { distributionSince } from './histogram.ts';
import type { Precision } from './precision.ts';

/** The publications of a sample. */
interface Selected {
  readonly labels: Labels;
  readonly publications: Publications;
}

/** A sample, or a histogram as a whole, that will be published. */
export type SelectedSample = (Sample | HistogramSample) & Selected;

/** The values of a target to compare one scrape with. */
export interface Comparison extends ScrapeTime {
  /** The state of the target. Absent: it cannot be read. */
  readonly past: Past | undefined;
  /** Milliseconds since the epoch: the start of series without one of their own; undefined if unknown. */
  readonly targetStart?: number | undefined;
  readonly firstSample: FirstSample;
  /** Rounds the values of gauges. Absent: no rounding. */
  readonly precision?: Precision | undefined;
  /** Called with the cost of each sample; an error that it throws ends the conversion. */
  readonly step?: Step | undefined;
}

/** The result of `convert`. */
export interface Converted {
  readonly points: Point[];
  /** The next state of the series by their keys, once the points are accepted. */
  readonly updates: ReadonlyMap<string, Previous>;
}

/**
 * Most milliseconds between now and the time of an event. CloudWatch Logs rejects other events of a batch.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export const MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000;
export const MAX_AHEAD_MS = 2 * 60 * 60 * 1000;

/**
 * Converts samples for CloudWatch: gauges stay as they are, cumulative series become the difference to their previous value,
 * and histograms become distributions.
 *
 * - The whole value counts if its series has restarted: it has fallen, or began after its previous sample.
 * - NaN and infinities give nothing and leave the state unchanged, so the next good value covers the whole gap.
 * - `FirstSample` decides how the first value of a series counts.
 * - A sample that is not newer than the previous one gives nothing, so a gauge with a repeated timestamp is published once.
 *   If the clock was set back since the previous scrape, a sample without a timestamp still counts as newer.
 * - A time that CloudWatch Logs would refuse gives nothing, and leaves the state unchanged.
 * - While the state cannot be read, values that need their past give nothing: the next difference contains them.
 */
export function convert(
  samples: Iterable<SelectedSample>,
  { scrapedAt, overlapMs, past, targetStart, firstSample, precision, step }: Comparison,
  drops: Drops,
): Converted {
  const points: Point[] = [];
  const time = { scrapedAt, overlapMs };
  const differences = new Differences(past, targetStart, firstSample, time);
  // Parts of a histogram that are also published under their own names are compared apart from it.
  const ofHistograms = new Differences(past, targetStart, firstSample, time);
  for (const sample of samples) {
    const facts = factsOf(sample.series);
    step?.(costOfLabels(facts.labelCount));
    const { timestamp = scrapedAt } = sample;
    let point: Point | DropReason;
    if (timestamp < scrapedAt - MAX_AGE_MS || timestamp > scrapedAt + MAX_AHEAD_MS) {
      point = 'timestamp';
    } else if ('buckets' in sample) {
      point = distributionPoint(sample, timestamp, ofHistograms, drops);
    } else {
      point = numberPoint(sample, facts, timestamp, differences, precision);
    }
    if (typeof point === 'object') points.push(point);
    else drops.add(point, sample.series);
  }
  const { updates } = differences;
  for (const [key, previous] of ofHistograms.updates) {
    if (previous.timestamp >= (updates.get(key)?.timestamp ?? 0)) updates.set(key, previous);
  }
  return { points, updates };
}

function distributionPoint(
  sample: HistogramSample & Selected,
  timestamp: number,
  differences: Differences,
  drops: Drops,
): Point | DropReason {
  const { series, labels, publications } = sample;
  const value = distributionSince(sample, timestamp, differences, drops);
  if (typeof value === 'string') return value;
  return { series, labels, publications, value, timestamp, interval: undefined };
}

function numberPoint(
  sample: Sample & Selected,
  facts: Facts,
  timestamp: number,
  differences: Differences,
  precision: Precision | undefined,
): Point | DropReason {
  const { series, labels, publications, value, start } = sample;
  if (!Number.isFinite(value)) return 'not_finite';
  const { cumulative, sum } = facts;
  const gauge = (): Point => {
    const rounded = precision?.of(series.name, value) ?? value;
    return { series, labels, publications, value: rounded, timestamp, interval: undefined };
  };
  if (!cumulative && sample.timestamp === undefined) return gauge();
  if (cumulative && differences.isBlind) return 'no_state';
  const { key } = facts;
  const last = differences.last(key);
  const refusal = differences.refusal(key, last, timestamp);
  if (refusal !== undefined) {
    differences.keep(key);
    return refusal;
  }
  differences.remember(key, value, timestamp, start);
  if (!cumulative) return gauge();
  if (last === undefined) {
    const interval = differences.firstInterval(timestamp, start);
    if (interval === undefined) return 'first_sample';
    return { series, labels, publications, value, timestamp, interval };
  }
  // A sum with a known start falls only by negative observations.
  const hasFallen = value < last.value && !(sum && start !== undefined);
  const restarted = hasFallen || differences.startedSince(last, start);
  const increase = restarted ? value : value - last.value;
  return {
    series,
    labels,
    publications,
    value: increase,
    timestamp,
    // The length is unknown if the clock was set back.
    interval: Math.max(0, timestamp - last.timestamp),
  };
}
