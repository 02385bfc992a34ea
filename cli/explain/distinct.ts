import type { Sample, Series } from '../../lambda/model/samples/sample.ts';

/** Tells equal series of a page apart. The stages that make new objects of a series copy it too. */
const OCCURRENCE = Symbol('occurrence');

type Marked = Series & { readonly [OCCURRENCE]?: number };

const keys = new WeakMap<Series, string>();

/**
 * Samples of which each has a series of its own, even if a page has the same series twice. Samples of different times are the
 * history of one series.
 */
export function distinct(samples: readonly Sample[]): Sample[] {
  const counts = new Map<string, number>();
  return samples.map((sample) => {
    const key = `${sample.timestamp} ${keyOf(sample.series)}`;
    const earlier = counts.get(key) ?? 0;
    counts.set(key, earlier + 1);
    if (earlier === 0) return sample;
    const series: Marked = { ...sample.series, [OCCURRENCE]: earlier };
    return { ...sample, series };
  });
}

/** The stages may make new objects of a series, but its name and labels stay. */
export function keyOf(series: Series): string {
  let key = keys.get(series);
  if (key === undefined) {
    const labels = Object.entries(series.labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
    key = JSON.stringify([series.name, (series as Marked)[OCCURRENCE] ?? 0, ...labels]);
    keys.set(series, key);
  }
  return key;
}
