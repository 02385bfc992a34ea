import type { Series } from '../../../model/samples/sample.ts';
import { FirstOfEach } from '../../wire/first-of-each.ts';
import { areSameLabels, type FoundLabels, type LabelWriter } from './label-writer.ts';

/** What is known of the series of a scrape, for the next one. */
export interface KnownSeries {
  /** Each once, by the labels under which they are sent. */
  readonly series: readonly Series[];
  /** Series that are sent under the labels of one of these: the index of that one. */
  readonly duplicates: ReadonlyMap<Series, number>;
}

export const NO_SERIES: KnownSeries = { series: [], duplicates: new Map() };

/**
 * The series of one scrape, each once. They are mostly those of the scrape before, in the same order: while that is so,
 * they are compared with those one by one, and their labels need not be.
 */
export class ScrapedSeries {
  readonly #before: KnownSeries;
  readonly #labels: LabelWriter;
  readonly #duplicates = new Map<Series, number>();
  /** So many are the same as before. */
  #same = 0;
  /** All of them, from the first one on that is another, with their labels. */
  #series: Series[] | undefined;
  readonly #all = new FirstOfEach<FoundLabels>(areSameLabels);

  /**
   * @param before what is known of the scrape before, under the same labels of the target
   * @param labels finds the labels of the series
   */
  constructor(before: KnownSeries, labels: LabelWriter) {
    this.#before = before;
    this.#labels = labels;
  }

  /** Takes in the series whose labels were found last. `false`: one with the same labels is there already. */
  add(series: Series): boolean {
    if (this.#series === undefined) {
      if (this.#before.series[this.#same] === series) {
        this.#same += 1;
        return true;
      }
      const first = this.#before.duplicates.get(series);
      if (first !== undefined && first < this.#same) return this.#isDuplicate(series, first);
      this.#series = this.#differing(series);
    }
    const labels = this.#labels;
    const number = this.#all.add(labels.hash, labels.found);
    if (number < this.#series.length) return this.#isDuplicate(series, number);
    this.#series.push(series);
    return true;
  }

  /** What was known before itself where nothing has changed, so that it is kept once. */
  known(): KnownSeries {
    const { series, duplicates } = this.#before;
    const isSame = this.#series === undefined && this.#same === series.length;
    if (isSame && this.#duplicates.size === duplicates.size) return this.#before;
    const list = isSame ? series : (this.#series ?? series.slice(0, this.#same));
    return { series: list, duplicates: this.#duplicates };
  }

  #isDuplicate(series: Series, of: number): false {
    this.#duplicates.set(series, of);
    return false;
  }

  /** From this series on, labels are compared: also with those that were the same as before. */
  #differing(series: Series): Series[] {
    const labels = this.#labels;
    const same = this.#before.series.slice(0, this.#same);
    for (const one of same) {
      labels.find(one);
      this.#all.add(labels.hash, labels.found);
    }
    labels.find(series);
    return same;
  }
}
