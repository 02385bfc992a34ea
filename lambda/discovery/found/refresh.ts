/**
 * Milliseconds by which a refresh may come early, at most half of its interval. A schedule of one cycle a minute is not
 * exact to the second, so otherwise an interval of 1m would skip every other refresh.
 */
const REFRESH_TOLERANCE_MS = 10_000;

/** Milliseconds for which found targets are reused. */
export function goodForMs(refreshMs: number): number {
  return refreshMs - Math.min(REFRESH_TOLERANCE_MS, refreshMs / 2);
}

/** Whether the targets of a time are still reused. A time in the future means that the clock was set back. */
export function isGood(at: number, now: number, lifetimeMs: number): boolean {
  return at <= now && now - at < lifetimeMs;
}
