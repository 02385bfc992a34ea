import type { ValuePrecision } from '../model/settings/config.ts';

/** Rounds values to the significant digits that the configuration gives for their metrics. */
export class Precision {
  readonly #rules: readonly ValuePrecision[];
  /** Digits by name of a metric; undefined: all. */
  readonly #known = new Map<string, number | undefined>();

  constructor(rules: readonly ValuePrecision[]) {
    this.#rules = rules;
  }

  /**
   * The value as it is published. Whole numbers stay as they are, because rounding would make a count false.
   *
   * @param value of a gauge, finite. A difference of a counter must not be rounded, because sums would drift
   */
  of(name: string, value: number): number {
    if (this.#rules.length === 0 || Number.isInteger(value)) return value;
    let digits = this.#known.get(name);
    if (digits === undefined && !this.#known.has(name)) {
      digits = this.#rules.find(({ metric }) => metric.test(name))?.digits;
      this.#known.set(name, digits);
    }
    return digits === undefined ? value : Number(value.toPrecision(digits));
  }
}
