/** Slots of an empty table; there are always at least twice as many as items. */
const MIN_PLACES = 16;

/**
 * Numbers items; equal items share a number. It takes 8 to 16 bytes an item, and a few comparisons of hashes to find
 * one, which is cheap enough for each sample of each scrape.
 */
export class FirstOfEach<T> {
  readonly #areAlike: (one: T, other: T) => boolean;
  /** The first of equal items, and its hash. */
  readonly #items: T[] = [];
  readonly #hashes: number[] = [];
  /** Numbers, counted from 1, each in the first free slot from that of its hash on; 0 means free. */
  #places = new Int32Array(MIN_PLACES);

  /** @param areAlike called only for items with the same hash */
  constructor(areAlike: (one: T, other: T) => boolean) {
    this.#areAlike = areAlike;
  }

  /** Number of distinct items. */
  get size(): number {
    return this.#items.length;
  }

  /**
   * @param hash 32 bits, the same for equal items
   * @returns the number of the first equal item, counted from 0: the former size for a new item
   */
  add(hash: number, item: T): number {
    const place = this.#placeOf(hash, item);
    const known = this.#places[place] as number;
    if (known !== 0) return known - 1;
    this.#hashes.push(hash);
    const size = this.#items.push(item);
    this.#places[place] = size;
    if (2 * size > this.#places.length) this.#grow();
    return size - 1;
  }

  /** Whether there is an equal item. */
  has(hash: number, item: T): boolean {
    return this.#places[this.#placeOf(hash, item)] !== 0;
  }

  /** The slot of an item's number, or the free one for it. */
  #placeOf(hash: number, item: T): number {
    const places = this.#places;
    const mask = places.length - 1;
    let at = hash & mask;
    for (let number = places[at] as number; number !== 0; number = places[at] as number) {
      const index = number - 1;
      if (this.#hashes[index] === hash && this.#areAlike(this.#items[index] as T, item)) break;
      at = (at + 1) & mask;
    }
    return at;
  }

  #grow(): void {
    const places = new Int32Array(2 * this.#places.length);
    const mask = places.length - 1;
    for (const [index, hash] of this.#hashes.entries()) {
      let at = hash & mask;
      while (places[at] !== 0) at = (at + 1) & mask;
      places[at] = index + 1;
    }
    this.#places = places;
  }
}
