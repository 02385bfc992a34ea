import { keyOf } from './distinct.ts';
import type { Page } from './page.ts';

/**
 * A page with the samples of its last cycle. Of a series with one sample it is that one, however old its time is.
 *
 * @param intervalMs milliseconds from one cycle to the next
 */
export function ofOneCycle(page: Page, intervalMs: number): Page {
  const times = page.samples.flatMap(({ timestamp }) => timestamp ?? []);
  if (times.length === 0) return page;
  const from = times.reduce((last, time) => Math.max(last, time), 0) - intervalMs;
  const counts = new Map<string, number>();
  for (const { series } of page.samples) {
    const key = keyOf(series);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const samples = page.samples.filter(
    ({ series, timestamp = from + 1 }) => timestamp > from || counts.get(keyOf(series)) === 1,
  );
  return { ...page, samples };
}
