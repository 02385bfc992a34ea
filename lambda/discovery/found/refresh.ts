/**
 * Milliseconds by which a refresh may come early, at most half of its interval: a schedule of one cycle a minute does not
 * fire to the second, and without this an interval of 1m would give every other cycle the last cycle's targets.
 */
const REFRESH_TOLERANCE_MS = 10_000;

/** Milliseconds that what was found is good for. */
export function goodForMs(refreshMs: number): number {
  return refreshMs - Math.min(REFRESH_TOLERANCE_MS, refreshMs / 2);
}

/** Whether what was found at a time is still good. One that is yet to come says that the clock was set back since. */
export function isGood(at: number, now: number, lifetimeMs: number): boolean {
  return at <= now && now - at < lifetimeMs;
}
