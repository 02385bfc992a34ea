import { hash } from 'node:crypto';

/** Bytes of a key beside its own: the text, its place in the list, and its entry in a map of places. */
const KEY_OVERHEAD = 80;

/** The keys of a target's series, in order. Immutable, so that targets with the same series share one. */
export class SeriesKeys {
  readonly list: readonly string[];
  /** An estimate. */
  readonly bytes: number;
  #places: ReadonlyMap<string, number> | undefined;

  /** @param list sorted, without repetitions */
  constructor(list: readonly string[]) {
    this.list = list;
    this.bytes = list.reduce((sum, key) => sum + KEY_OVERHEAD + key.length, 0);
  }

  get size(): number {
    return this.list.length;
  }

  /** The index of a key in the list. */
  placeOf(key: string): number | undefined {
    this.#places ??= new Map(this.list.map((each, place) => [each, place]));
    return this.#places.get(key);
  }
}

/** Of a target without series. */
export const NO_KEYS = new SeriesKeys([]);

/** Makes lists of keys, each only once: the tasks of a service have the same series. */
export class SeriesKeysPool {
  readonly #lists = new Map<string, SeriesKeys>();

  /** @param keys in any order, without repetitions */
  of(keys: readonly string[]): SeriesKeys {
    if (keys.length === 0) return NO_KEYS;
    const sorted = keys.toSorted();
    // JSON separates the keys, because a key may contain any separator.
    const digest = hash('sha256', JSON.stringify(sorted), 'base64');
    let list = this.#lists.get(digest);
    if (list === undefined) {
      list = new SeriesKeys(sorted);
      this.#lists.set(digest, list);
    }
    return list;
  }

  /** Drops all lists but these. */
  retain(used: ReadonlySet<SeriesKeys>): void {
    for (const [digest, list] of this.#lists) {
      if (!used.has(list)) this.#lists.delete(digest);
    }
  }
}
