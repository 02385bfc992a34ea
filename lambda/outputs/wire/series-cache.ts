import type { Series } from '../../model/samples/sample.ts';

/**
 * Most series in memory, 10 to 20 MB. Targets of a service share most of their series as the same objects; for other
 * targets, remembering would cost more than it gains.
 */
export const MAX_SERIES = 50_000;

/** The facts about a series that hold for any target: computed once, and kept while the series exists. */
export class SeriesCache<T> {
  readonly #make: (series: Series) => T;
  #known = new WeakMap<Series, T>();
  #size = 0;
  /** Number of hits and new entries in the current cycle. */
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

  /** Between two cycles: begins anew if there was no room and most of the entries belong to series that are gone. */
  renew(): void {
    if (this.#size >= MAX_SERIES && this.#used < MAX_SERIES / 2) this.forget();
    this.#used = 0;
  }

  forget(): void {
    this.#known = new WeakMap();
    this.#size = 0;
  }
}
