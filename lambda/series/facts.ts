import { isCumulative, type Series } from '../model/samples/sample.ts';

/** What can be said of a series whatever its values are. */
export class Facts {
  /** One text for all series of a target that have the same type and labels. */
  readonly labelsKey: string;
  /** Whether the differences of its values are what counts. */
  readonly cumulative: boolean;
  /** Whether it is the sum of a summary or histogram, which negative observations make fall. */
  readonly sum: boolean;
  readonly #exposed: Series;
  #key: string | undefined;

  constructor(series: Series) {
    const exposed = series.origin ?? series;
    // The same labels are something else where the target's are among them already.
    this.labelsKey = (series.origin ? '=' : '') + seriesKey('', series);
    this.cumulative = isCumulative(series);
    this.sum = this.cumulative && exposed.type !== 'counter' && exposed.name.endsWith('_sum');
    this.#exposed = exposed;
  }

  /** One text for each series of a target, under which its last value is remembered: what it is called where it comes from. */
  get key(): string {
    // Few gauges are ever asked for it.
    this.#key ??= seriesKey(this.#exposed.name, this.#exposed);
    return this.#key;
  }
}

/** Decoders give the same object for the same series in each cycle: then all this is found out once. */
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
 * One text for each series of a target: `name`, type and labels, whatever order the labels come in. Labels without a value
 * are none. The length before each value tells a value that looks like further labels from those.
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
