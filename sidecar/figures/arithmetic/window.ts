/** Length of the window of the `_max_` figures. Fixed, so that two scrapers see the same. */
export const WINDOW_MS = 60_000;

/**
 * The values of the samples of the last 60 s, but for those that a later one is not less than: they will never be the greatest. Of
 * each its time, in milliseconds since the epoch by our own clock, then its value: an object for each would take four times the memory.
 */
export type Window = readonly number[];

/** Moves the window to `now` and adds the value, if there is one. */
export function slide(window: Window, now: number, added = Number.NEGATIVE_INFINITY): Window {
  const kept: number[] = [];
  for (let index = 0; index < window.length; index += 2) {
    const [at = now, value = added] = window.slice(index, index + 2);
    if (now - at < WINDOW_MS && value > added) kept.push(at, value);
  }
  if (added > Number.NEGATIVE_INFINITY) kept.push(now, added);
  return kept;
}

export function greatest(window: Window): number | undefined {
  const values = window.filter((_, index) => index % 2 === 1);
  return values.length === 0 ? undefined : Math.max(...values);
}
