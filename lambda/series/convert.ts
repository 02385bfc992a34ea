import type { Drops } from '../model/drops.ts';
import {
  isCumulative,
  type Labels,
  type MetricType,
  type Sample,
  type Series,
} from '../model/sample.ts';
import type { Previous, PreviousValues } from '../model/state.ts';
import { seriesKey } from './label.ts';

/** A value as CloudWatch gets it. */
export interface Point {
  readonly series: Series;
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** What `convert` gives. */
export interface Converted<T extends Point> {
  readonly points: T[];
  /** What must be remembered once the points were accepted, by `seriesKey`. */
  readonly updates: ReadonlyMap<string, Previous>;
}

/**
 * How far the time of an event may be from now; a batch with an event beyond that is accepted without it.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export const MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000;
export const MAX_AHEAD_MS = 2 * 60 * 60 * 1000;

/** Types whose values this version can publish; the others come with their own conversion. */
const SUPPORTED: ReadonlySet<MetricType> = new Set(['gauge', 'counter', 'summary', 'unknown']);

/**
 * Turns raw samples into values: gauges as they are, cumulative series into the difference to the previous sample.
 *
 * - A value below the previous one means that the process restarted: all of it is new.
 * - NaN and infinities give nothing and forget nothing, so the next good value covers the whole gap.
 * - The first sample of a series only gives what the next one is compared with.
 * - A sample that is not newer than the previous one gives nothing: a cumulative value is never published as a difference,
 *   and a gauge that brings the same time again and again is published once.
 * - A time that CloudWatch Logs would refuse gives nothing and forgets nothing either.
 *
 * @param previous what was remembered for the target, by `seriesKey`
 * @param scrapedAt milliseconds since the epoch: the time of samples that bring none
 */
export function convert<T extends Sample & { readonly labels: Labels }>(
  samples: Iterable<T>,
  previous: PreviousValues,
  scrapedAt: number,
  drops: Drops,
): Converted<T & Point> {
  const points: (T & Point)[] = [];
  const updates = new Map<string, Previous>();
  for (const sample of samples) {
    const { series, value, timestamp = scrapedAt } = sample;
    if (!SUPPORTED.has(series.type)) {
      drops.add('unsupported_type', series);
    } else if (!Number.isFinite(value)) {
      drops.add('not_finite', series);
    } else if (timestamp < scrapedAt - MAX_AGE_MS || timestamp > scrapedAt + MAX_AHEAD_MS) {
      drops.add('timestamp', series);
    } else if (!isCumulative(series) && sample.timestamp === undefined) {
      points.push({ ...sample, timestamp });
    } else {
      const exposed = series.origin ?? series;
      const key = seriesKey(exposed.name, exposed);
      const inThisScrape = updates.get(key);
      const last = inThisScrape ?? previous.get(key);
      if (last !== undefined && timestamp <= last.timestamp) {
        drops.add(inThisScrape?.timestamp === timestamp ? 'duplicate' : 'not_newer', series);
        continue;
      }
      updates.set(key, { value, timestamp });
      if (!isCumulative(series)) points.push({ ...sample, timestamp });
      else if (last === undefined) drops.add('first_sample', series);
      else points.push({ ...sample, value: increase(last.value, value), timestamp });
    }
  }
  return { points, updates };
}

/** All of the value is new where it has fallen: the process has restarted. */
function increase(from: number, to: number): number {
  return to < from ? to : to - from;
}
