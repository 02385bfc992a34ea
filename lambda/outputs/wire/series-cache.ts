import type { Series } from '../../model/samples/sample.ts';

/**
 * Series for which something is remembered, 10 to 20 MB of it. The targets of a service have most of their series in common,
 * as the same objects; where they have not, remembering would cost more than it gains.
 */
export const MAX_SERIES = 50_000;

/** What can be said of a series alone, whatever its target: made once, and kept while the series is. */
export class SeriesCache<T> {
  readonly #make: (series: Series) => T;
  #known = new WeakMap<Series, T>();
  #size = 0;
  /** How often something was known, or remembered, in the present cycle. */
  #used = 0;

  constructor(make: (series: Series) => T) {
    this.#make = make;
  }

  of(series: Series): T {
    const known = this.#known.get(series);
    if (known !== undefined) {
      this.#used += 1;
      return known;
    }
    const made = this.#make(series);
    if (this.#size < MAX_SERIES) {
      this.#size += 1;
      this.#used += 1;
      this.#known.set(series, made);
    }
    return made;
  }

  /** Between two cycles: begins anew where there was no room and most of what is known is of series that are gone. */
  renew(): void {
    if (this.#size >= MAX_SERIES && this.#used < MAX_SERIES / 2) this.forget();
    this.#used = 0;
  }

  forget(): void {
    this.#known = new WeakMap();
    this.#size = 0;
  }
}
