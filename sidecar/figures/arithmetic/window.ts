/** Length of the window of the `_max_` figures. Fixed, so that two scrapers see the same. */
export const WINDOW_MS = 60_000;

/** The values of the samples of the last 60 s, but for those that a later one is not less than: they will never be the greatest. */
export type Window = readonly WindowSample[];

interface WindowSample {
  /** Milliseconds since the epoch, by our own clock. */
  readonly at: number;
  readonly value: number;
}

/** Moves the window to `now` and adds the value, if there is one. */
export function slide(window: Window, now: number, added = Number.NEGATIVE_INFINITY): Window {
  const kept = window.filter(({ at, value }) => now - at < WINDOW_MS && value > added);
  if (added > Number.NEGATIVE_INFINITY) kept.push({ at: now, value: added });
  return kept;
}

export function greatest(window: Window): number | undefined {
  return window.length === 0 ? undefined : Math.max(...window.map(({ value }) => value));
}
