import type { Series } from '../../../model/samples/sample.ts';
import { FirstOfEach } from '../../wire/first-of-each.ts';
import { areSameLabels, type FoundLabels, type LabelWriter } from './label-writer.ts';

/** The series of a scrape, for comparison with the next one. */
export interface KnownSeries {
  /** Each series once, by its sent labels. */
  readonly series: readonly Series[];
  /** Series with the same labels as one of these, and the index of that one. */
  readonly duplicates: ReadonlyMap<Series, number>;
}

export const NO_SERIES: KnownSeries = { series: [], duplicates: new Map() };

/**
 * The series of one scrape, each once. They are usually those of the scrape before in the same order: until one
 * differs, they are compared one by one, without their labels.
 */
export class ScrapedSeries {
  readonly #before: KnownSeries;
  readonly #labels: LabelWriter;
  readonly #duplicates = new Map<Series, number>();
  /** Number of series that are equal to those before. */
  #same = 0;
  /** All series from the first difference on, with their labels. */
  #series: Series[] | undefined;
  readonly #all = new FirstOfEach<FoundLabels>(areSameLabels);

  /**
   * @param before the scrape before, under the same labels of the target
   * @param labels finds the labels of the series
   */
  constructor(before: KnownSeries, labels: LabelWriter) {
    this.#before = before;
    this.#labels = labels;
  }

  /** Adds the series whose labels were found last. `false` if one with the same labels exists already. */
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

  /** The same object as before if nothing has changed, so that it is kept once. */
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

  /** From this series on, labels are compared, including those of the series before it. */
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
