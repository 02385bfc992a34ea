import { isCumulative, type Series } from '../model/samples/sample.ts';

/** The facts about a series that hold for any value. */
export class Facts {
  /** Equal for all series of a target with the same type and labels. */
  readonly labelsKey: string;
  /** Whether the differences of its values matter. */
  readonly cumulative: boolean;
  /** Whether it is the sum of a summary or histogram, which negative observations lower. */
  readonly sum: boolean;
  readonly labelCount: number;
  readonly #exposed: Series;
  #key: string | undefined;

  constructor(series: Series) {
    const exposed = series.origin ?? series;
    // Labels that already contain the target's differ from equal ones that do not.
    this.labelsKey = (series.origin ? '=' : '') + seriesKey('', series);
    this.cumulative = isCumulative(series);
    this.sum = this.cumulative && exposed.type !== 'counter' && exposed.name.endsWith('_sum');
    this.labelCount = Object.keys(series.labels).length;
    this.#exposed = exposed;
  }

  /** The key of the series' last value in a target's state: its name and labels as its target exposes them. */
  get key(): string {
    // Few gauges need it.
    this.#key ??= seriesKey(this.#exposed.name, this.#exposed);
    return this.#key;
  }
}

/** Decoders return the same object for the same series in each cycle, so the facts are computed once. */
const known = new WeakMap<Series, Facts>();

export function factsOf(series: Series): Facts {
  let facts = known.get(series);
  if (facts === undefined) {
    facts = new Facts(series);
    known.set(series, facts);
  }
  return facts;
}

/**
 * A text for each series of a target: `name`, type and labels, in any order. Empty labels do not count. The length
 * before each value keeps values from looking like further labels.
 */
export function seriesKey(name: string, { type, labels }: Pick<Series, 'type' | 'labels'>): string {
  const names = Object.keys(labels);
  if (names.length > 1) names.sort();
  let key = `${name}\u0000${type}`;
  for (const label of names) {
    const value = labels[label];
    if (value) key += `\u0000${label}\u0000${value.length}\u0000${value}`;
  }
  return key;
}
