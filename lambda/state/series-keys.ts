import { hash } from 'node:crypto';

/** Bytes of a key in a list: its pointer, and the place after it. */
const PLACE_BYTES = 12;

/** Bytes of a key beside its characters: the text's own, and its entry in the pool. */
const KEY_OVERHEAD = 80;

/** The keys of a target's series, in order. Immutable, so that targets with the same series share one. */
export class SeriesKeys {
  readonly list: readonly string[];
  /** Of all keys together. */
  readonly characters: number;
  /** The place that was asked for after each place: targets have their series in the same order each time. */
  #after: Int32Array | undefined;
  #lastPlace = 0;

  /** @param list sorted by UTF-16 code units, without repetitions */
  constructor(list: readonly string[]) {
    this.list = list;
    this.characters = list.reduce((sum, key) => sum + key.length, 0);
  }

  get size(): number {
    return this.list.length;
  }

  /** Bytes without the texts of the keys. An estimate. */
  get bytes(): number {
    return PLACE_BYTES * this.list.length;
  }

  /** The index of a key in the list. */
  placeOf(key: string): number | undefined {
    this.#after ??= new Int32Array(this.list.length);
    const guess = this.#after[this.#lastPlace] ?? 0;
    if (this.list[guess] === key) {
      this.#lastPlace = guess;
      return guess;
    }
    const place = this.#search(key);
    if (place === undefined) return undefined;
    this.#after[this.#lastPlace] = place;
    this.#lastPlace = place;
    return place;
  }

  #search(key: string): number | undefined {
    let low = 0;
    let high = this.list.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.list[middle] ?? '';
      if (found === key) return middle;
      if (found < key) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}

/** Of a target without series. */
export const NO_KEYS = new SeriesKeys([]);

/**
 * Makes lists of keys, each only once: the tasks of a service have the same series. Keys in several lists are counted once,
 * because targets that differ in one label share the texts of most keys.
 */
export class SeriesKeysPool {
  readonly #lists = new Map<string, SeriesKeys>();
  /** The lists in which each key is. */
  readonly #keys = new Map<string, number>();
  readonly #counted = new Set<SeriesKeys>();
  #bytes = 0;

  /** Bytes of all lists and of their keys. An estimate. */
  get bytes(): number {
    return this.#bytes;
  }

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
      this.#count(list);
    }
    return list;
  }

  /** Drops all lists but these, which may be from elsewhere. */
  retain(used: ReadonlySet<SeriesKeys>): void {
    for (const [digest, list] of this.#lists) {
      if (!used.has(list)) this.#lists.delete(digest);
    }
    for (const list of this.#counted) if (!used.has(list)) this.#uncount(list);
    for (const list of used) if (!this.#counted.has(list)) this.#count(list);
  }

  #count(list: SeriesKeys): void {
    this.#counted.add(list);
    this.#bytes += list.bytes;
    for (const key of list.list) {
      const lists = this.#keys.get(key) ?? 0;
      if (lists === 0) this.#bytes += KEY_OVERHEAD + key.length;
      this.#keys.set(key, lists + 1);
    }
  }

  #uncount(list: SeriesKeys): void {
    this.#counted.delete(list);
    this.#bytes -= list.bytes;
    for (const key of list.list) {
      const lists = this.#keys.get(key) ?? 0;
      if (lists > 1) this.#keys.set(key, lists - 1);
      else {
        this.#keys.delete(key);
        this.#bytes -= KEY_OVERHEAD + key.length;
      }
    }
  }
}
