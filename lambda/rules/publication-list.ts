import type { Publication, Publications } from '../model/samples/publication.ts';

/** The options of a publication beside its dimensions. */
export type MetricOptions = Omit<Publication, 'dimensions'>;

/** One dimension set of a declaration. */
export interface DeclaredSet {
  readonly options: MetricOptions;
  readonly names: readonly string[];
}

/**
 * Makes lists of publications: the same object for the same list, whatever the order of its sets.
 *
 * A metric is published once: if several sets name it, the first one decides the options.
 */
export class PublicationLists {
  readonly #publications = new Map<string, Publication>();
  readonly #lists = new Map<string, Publications>();

  of(sets: readonly DeclaredSet[]): Publications {
    const distinct = new Map<string, DeclaredSet>();
    for (const set of sets) {
      const metric = JSON.stringify([set.options.namespace, ...set.names]);
      if (!distinct.has(metric)) distinct.set(metric, set);
    }
    const grouped = Map.groupBy(distinct.values(), ({ options }) => JSON.stringify(options));
    const publications = new Map<string, Publication>();
    for (const [, group] of grouped) {
      const [{ options }] = group as [DeclaredSet];
      const dimensions = group.map(({ names }) => names);
      const key = JSON.stringify([
        options,
        dimensions.map((names) => JSON.stringify(names)).sort(),
      ]);
      publications.set(key, shared(this.#publications, key, { ...options, dimensions }));
    }
    const key = JSON.stringify([...publications.keys()].sort());
    return shared(this.#lists, key, [...publications.values()]);
  }
}

/** The value under `key`; stores `value` there if it has none. */
function shared<T>(known: Map<string, T>, key: string, value: T): T {
  const first = known.get(key) ?? value;
  known.set(key, first);
  return first;
}
