/** Places of an empty table; there are always at least twice as many as items. */
const MIN_PLACES = 16;

/**
 * Numbers things, those that are alike with the same number. Takes 8 to 16 bytes a thing beside the thing itself, and no more than
 * a few comparisons of hashes to find it: that is cheap enough for each sample of each scrape.
 */
export class FirstOfEach<T> {
  readonly #areAlike: (one: T, other: T) => boolean;
  /** The first of each, and its hash. */
  readonly #items: T[] = [];
  readonly #hashes: number[] = [];
  /** Numbers, counted from 1, each at the first free place from that of its hash on; 0: free. */
  #places = new Int32Array(MIN_PLACES);

  /** @param areAlike asked for things with the same hash only */
  constructor(areAlike: (one: T, other: T) => boolean) {
    this.#areAlike = areAlike;
  }

  /** How many there are that are not alike. */
  get size(): number {
    return this.#items.length;
  }

  /**
   * @param hash 32 bits, the same for things that are alike
   * @returns the number of the first thing that is like this one, counted from 0: the former size where it is the first
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

  /** Whether there is one like this. */
  has(hash: number, item: T): boolean {
    return this.#places[this.#placeOf(hash, item)] !== 0;
  }

  /** Where the number of a thing is, or would be. */
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
