import type { Position } from './position.ts';
import type { Track } from './track.ts';

/**
 * Milliseconds after which no sample of a subject is awaited any more: it ended, or the endpoint fails. Fargate renews figures every
 * 10 s.
 */
const SILENCE_MS = 30_000;

const MINUTE = 60;

export interface HeldTrack {
  readonly track: Track;
  /** When the end of its task was recorded. Infinity: the task lives. */
  readonly endedAt: number;
}

/**
 * The begin of the first minute that may have further samples, in epoch seconds: the minute of the newest sample of the subject that
 * is behind all others. It is never before the time that a client knows already, nor within a minute of which the client has a part.
 *
 * @param now milliseconds since the epoch
 */
export function heldFrom(tracks: Iterable<HeldTrack>, position: Position, now: number): number {
  let behind = Number.POSITIVE_INFINITY;
  let end = 0;
  let known = position.before === Number.POSITIVE_INFINITY ? 0 : position.before;
  for (const { track, endedAt } of tracks) {
    const { newest, newestRecordedAt } = track;
    if (newest === undefined || newestRecordedAt === undefined) continue;
    end = Math.max(end, endOfMinute(newest));
    if (position.before === Number.POSITIVE_INFINITY) {
      known = Math.max(known, endOfKnown(track, position));
    }
    const isAwaited = newestRecordedAt > endedAt || endedAt === Number.POSITIVE_INFINITY;
    if (isAwaited && now - newestRecordedAt <= SILENCE_MS) behind = Math.min(behind, newest);
  }
  const held = behind === Number.POSITIVE_INFINITY ? end : endOfMinute(behind) - MINUTE;
  return Math.max(known, held);
}

/** The end of the last minute of which a client has a part that has the points of all times. */
function endOfKnown(track: Track, position: Position): number {
  const rows = track.endAt(position, Number.POSITIVE_INFINITY);
  return rows > track.oldest ? endOfMinute(track.timeOf(rows - 1)) : 0;
}

function endOfMinute(time: number): number {
  return (Math.floor(time / MINUTE) + 1) * MINUTE;
}
