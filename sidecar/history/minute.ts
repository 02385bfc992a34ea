import type { Column } from './columns.ts';
import type { Track } from './track.ts';

const MINUTE = 60;

/** Minutes for which a minute stays the last one; after that its subject is no longer sampled. */
const SHOWN_MINUTES = 2;

/** Values of a gauge in one minute. */
export interface MinuteSummary {
  readonly min: number;
  readonly max: number;
  readonly avg: number;
}

/**
 * The minute before that of the newest sample, which is complete.
 *
 * @param now milliseconds since the epoch.
 */
export function lastMinute(track: Track, column: Column, now: number): MinuteSummary | undefined {
  const { newest } = track;
  if (newest === undefined) return undefined;
  const end = Math.floor(newest / MINUTE) * MINUTE;
  if (now / 1000 - end > SHOWN_MINUTES * MINUTE) return undefined;
  let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { value } of track.points(column, track.rowsWithin(end - MINUTE, end))) {
    count += 1;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return count === 0 ? undefined : { min, max, avg: sum / count };
}
