import type { ExpositionBody } from '../tokens/body.ts';
import { copyBytes, sameBytes } from '../tokens/bytes.ts';
import type { LineKey } from './line-key.ts';

/** Keys are stored in pages, small ones first; a key longer than the largest page is not stored. */
const FIRST_PAGE_BYTES = 4 * 1024;
const PAGE_BYTES = 64 * 1024;

const FIRST_BUCKETS = 256;

/** Buckets of a table that begins with a large page: a growing table puts all its lines into other buckets. */
const MOST_FIRST_BUCKETS = 4_096;

/** Bytes of a line with its value; in real pages 60 to 120. */
const BYTES_OF_A_LINE = 96;

/**
 * Most lines in one bucket. If a target makes its lines collide, further ones are read in full instead of compared with
 * thousands.
 */
const LONGEST_CHAIN = 16;

/** A line that was read before, and its meaning in its format. */
export class KnownLine<Meaning> {
  meaning: Meaning;
  /** The line after this one last time, which is the guess for the next line. */
  follower: KnownLine<Meaning> | undefined = undefined;
  /** Bytes of its key. */
  readonly length: number;
  readonly hash: number;
  /** Another line of the same bucket. */
  chained: KnownLine<Meaning> | undefined;
  private readonly page: DataView;
  private readonly at: number;

  constructor(
    page: DataView,
    at: number,
    length: number,
    hash: number,
    meaning: Meaning,
    chained: KnownLine<Meaning> | undefined,
  ) {
    this.page = page;
    this.at = at;
    this.length = length;
    this.hash = hash;
    this.meaning = meaning;
    this.chained = chained;
  }

  /** Whether a body has this line's key at `start`. */
  isAt(body: ExpositionBody, start: number): boolean {
    const { length } = this;
    return length <= body.length - start && sameBytes(this.page, this.at, body.view, start, length);
  }
}

/** Known lines by their keys: a hash table with chains, and the keys' bytes. */
export class LineTable<Meaning> {
  private buckets: (KnownLine<Meaning> | undefined)[] = [];
  private page = new DataView(new ArrayBuffer(0));
  private used = 0;
  private count = 0;
  private keyBytes = 0;

  get size(): number {
    return this.count;
  }

  /** Bytes of all keys. */
  get bytes(): number {
    return this.keyBytes;
  }

  find(key: LineKey): KnownLine<Meaning> | undefined {
    const length = key.end - key.start;
    let line = this.buckets[key.hash & (this.buckets.length - 1)];
    while (line !== undefined) {
      if (line.hash === key.hash && line.length === length && line.isAt(key.body, key.start)) {
        return line;
      }
      line = line.chained;
    }
    return undefined;
  }

  /**
   * Prepares an empty table for a page.
   *
   * @param bytes of the page
   */
  expect(bytes: number): void {
    if (this.count > 0) return;
    let buckets = FIRST_BUCKETS;
    while (buckets < MOST_FIRST_BUCKETS && buckets * BYTES_OF_A_LINE < bytes) buckets *= 2;
    if (buckets > this.buckets.length) this.buckets = emptyBuckets(buckets);
  }

  /** Adds a new line; `undefined` without room for it. */
  add(key: LineKey, meaning: Meaning): KnownLine<Meaning> | undefined {
    const length = key.end - key.start;
    if (length > PAGE_BYTES) return undefined;
    if (this.count >= this.buckets.length) this.grow();
    const bucket = key.hash & (this.buckets.length - 1);
    const chained = this.buckets[bucket];
    if (chainLength(chained) >= LONGEST_CHAIN) return undefined;
    const at = this.keep(key);
    const line = new KnownLine(this.page, at, length, key.hash, meaning, chained);
    this.buckets[bucket] = line;
    this.count++;
    return line;
  }

  /** Copies a key. @returns its index in the page */
  private keep({ body, start, end }: LineKey): number {
    const length = end - start;
    if (this.used + length > this.page.byteLength) {
      const size = Math.max(length, FIRST_PAGE_BYTES, Math.min(this.keyBytes, PAGE_BYTES));
      this.page = new DataView(new ArrayBuffer(size));
      this.used = 0;
    }
    const at = this.used;
    copyBytes(body.view, start, end, this.page, at);
    this.used += length;
    this.keyBytes += length;
    return at;
  }

  private grow(): void {
    const old = this.buckets;
    const buckets = emptyBuckets<Meaning>(Math.max(FIRST_BUCKETS, old.length * 4));
    for (const first of old) {
      let line = first;
      while (line !== undefined) {
        const next = line.chained;
        const bucket = line.hash & (buckets.length - 1);
        line.chained = buckets[bucket];
        buckets[bucket] = line;
        line = next;
      }
    }
    this.buckets = buckets;
  }
}

function emptyBuckets<Meaning>(length: number): (KnownLine<Meaning> | undefined)[] {
  return new Array<KnownLine<Meaning> | undefined>(length).fill(undefined);
}

function chainLength(first: KnownLine<unknown> | undefined): number {
  let length = 0;
  for (let line = first; line !== undefined; line = line.chained) length++;
  return length;
}
