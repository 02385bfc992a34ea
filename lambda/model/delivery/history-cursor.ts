/**
 * A cursor of a target's history: the time until which points were recorded that the collector has, in Unix seconds. If a minute was
 * held back, a comma follows and the time before which it has points at all. Otherwise it has the points of all times.
 */
export type HistoryCursor = string;

const SECONDS = /^\d+(\.\d+)?$/;

/** Characters of a time. */
const MAX_LENGTH = 20;

export function isHistoryCursor(text: string): boolean {
  const times = text.split(',');
  return (
    times.length <= 2 && times.every((time) => time.length <= MAX_LENGTH && SECONDS.test(time))
  );
}

/** Unix seconds, by the target's clock: all points that the collector has were recorded until then. */
export function recordedUntil(cursor: HistoryCursor): number {
  return Number.parseFloat(cursor);
}

/** Unix seconds: the collector has no point of this time or a later one. Infinity: none was held back. */
export function heldFrom(cursor: HistoryCursor): number {
  const [, before] = cursor.split(',');
  return before === undefined ? Number.POSITIVE_INFINITY : Number(before);
}

/** Positive if the first cursor is ahead. */
export function compareCursors(one: HistoryCursor, other: HistoryCursor): number {
  const apart = recordedUntil(one) - recordedUntil(other);
  if (apart !== 0) return apart;
  const [held, heldByOther] = [heldFrom(one), heldFrom(other)];
  return held === heldByOther ? 0 : held - heldByOther;
}
