import type { Series } from '../../model/sample.ts';

/**
 * The series of one scrape, each once. They are mostly those of the scrape before, in the same order: while that is so,
 * they are compared with those one by one, and no set of them is made.
 */
export class ScrapedSeries {
  readonly #before: readonly Series[];
  /** So many are the same as before. */
  #same = 0;
  /** All of them, from the first one on that is another. */
  #all: Set<Series> | undefined;

  /** @param before those of the scrape before, each once */
  constructor(before: readonly Series[]) {
    this.#before = before;
  }

  /** `false`: it is there already. */
  add(series: Series): boolean {
    if (this.#all === undefined) {
      if (this.#before[this.#same] === series) {
        this.#same += 1;
        return true;
      }
      this.#all = new Set(this.#before.slice(0, this.#same));
    }
    const { size } = this.#all;
    return this.#all.add(series).size > size;
  }

  /** The list of those before itself where nothing has changed, so that it is kept once. */
  list(): readonly Series[] {
    if (this.#all !== undefined) return [...this.#all];
    return this.#same === this.#before.length ? this.#before : this.#before.slice(0, this.#same);
  }
}
