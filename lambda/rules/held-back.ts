import type { Labels } from '../model/samples/sample.ts';

/** Combinations that are counted exactly in one cycle, at about 50 bytes each. */
export const MAX_COUNTED = 100_000;

/** Metric names whose labels are counted, and values of each of these labels. */
const MAX_METRICS = 20;
export const MAX_VALUES = 1_000;

/** Metrics in a report, those with the most combinations. */
const MAX_EXAMPLES = 5;

/** The combinations that the budget held back of one metric in one cycle. */
export interface HeldBackMetric {
  readonly metric: string;
  /** Combinations of dimensions. */
  readonly combinations: number;
  /** The label with the most values among them; absent if none has several. */
  readonly label?: string | undefined;
  /** Number of its values, at most 1,000. */
  readonly values?: number | undefined;
  /** One of its values. */
  readonly example?: string | undefined;
}

/** The metrics that the budget held back in one cycle. */
export class HeldBack {
  readonly #combinations = new Set<number>();
  readonly #metrics = new Map<string, { combinations: number; values: Map<string, Set<string>> }>();

  /** At most 100,000, even if there are more. */
  get combinations(): number {
    return this.#combinations.size;
  }

  add(combination: number, metric: string, names: readonly string[], labels: Labels): void {
    if (this.#combinations.size >= MAX_COUNTED || this.#combinations.has(combination)) return;
    this.#combinations.add(combination);
    let known = this.#metrics.get(metric);
    if (known === undefined) {
      if (this.#metrics.size >= MAX_METRICS) return;
      known = { combinations: 0, values: new Map() };
      this.#metrics.set(metric, known);
    }
    known.combinations += 1;
    for (const name of names) {
      const values = known.values.get(name) ?? new Set();
      known.values.set(name, values);
      if (values.size < MAX_VALUES) values.add(labels[name] ?? '');
    }
  }

  /** The metrics with the most combinations first. */
  examples(): readonly HeldBackMetric[] {
    return [...this.#metrics]
      .sort(([, a], [, b]) => b.combinations - a.combinations)
      .slice(0, MAX_EXAMPLES)
      .map(([metric, { combinations, values }]) => ({ metric, combinations, ...widest(values) }));
  }
}

function widest(values: ReadonlyMap<string, ReadonlySet<string>>) {
  const [first] = [...values].sort(([, a], [, b]) => b.size - a.size);
  if (first === undefined || first[1].size < 2) return {};
  const [label, { size }] = first;
  const [example] = first[1];
  return { label, values: size, example };
}
