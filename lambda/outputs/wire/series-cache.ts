import type { Series } from '../../model/sample.ts';

/**
 * Series for which something is remembered, about 20 MB of it. The targets of a service have most of their series in common,
 * as the same objects; where they have not, remembering would cost more than it gains.
 */
const MAX_SERIES = 50_000;

/** What can be said of a series alone, whatever its target: made once, and kept while the series is. */
export class SeriesCache<T> {
  readonly #make: (series: Series) => T;
  #known = new WeakMap<Series, T>();
  #size = 0;

  constructor(make: (series: Series) => T) {
    this.#make = make;
  }

  of(series: Series): T {
    const known = this.#known.get(series);
    if (known !== undefined) return known;
    const made = this.#make(series);
    if (this.#size < MAX_SERIES) {
      this.#size += 1;
      this.#known.set(series, made);
    }
    return made;
  }

  /** Begins anew where there was no room, as most of what is known may be of series that are gone. */
  renew(): void {
    if (this.#size < MAX_SERIES) return;
    this.#known = new WeakMap();
    this.#size = 0;
  }
}
