import { Families } from './families.ts';
import type { LineKey } from './line-key.ts';
import { type KnownLine, type LineMeaning, LineTable } from './line-table.ts';

/** Bytes that a memory may take unless its user says otherwise. */
const DEFAULT_CAPACITY = 64 * 1024 * 1024;

/**
 * Bytes that a line costs beside its key: its place in the table, its series, the texts of its labels. Measured on
 * exporters' expositions with one to three labels.
 */
const LINE_OVERHEAD = 256;

/** A full memory starts anew when it has missed this many times what it can hold. */
const MISSES_OF_A_FUTILE_MEMORY = 16;

/** It does so too when names, without which nothing can be decoded, have made it this many times as large as it may be. */
const EXCESS_OF_NAMES = 1.25;

/** Bytes that a metric name costs beside its own. */
const NAME_OVERHEAD = 160;

/**
 * Remembers what the lines of expositions mean, so that a target that sends nearly the same text each minute costs only
 * the comparison of its bytes and the reading of its values. One memory serves all targets of a job.
 *
 * Bounded: once full, it learns no more, and when it has missed far more for that reason than it can hold, it starts
 * anew. So it serves a job that is a few times larger than itself, too. Forgetting what was not used lately would not:
 * there, each line's turn comes just after it was forgotten.
 */
export class SeriesMemory {
  /** The line before the first. */
  first: { follower: KnownLine | undefined } = { follower: undefined };
  families = new Families();
  private table = new LineTable();
  private readonly capacity: number;
  private missed = 0;

  /** @param capacity bytes, at least 1. @default 64 MiB */
  constructor(capacity: number = DEFAULT_CAPACITY) {
    if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
      throw new RangeError(`expected a capacity of 1 or more bytes, got ${capacity}`);
    }
    this.capacity = capacity;
  }

  /** Lines that are held now. */
  get lines(): number {
    return this.table.size;
  }

  /** Bytes that are held now, as far as they can be known. */
  get bytes(): number {
    return this.table.bytes + this.table.size * LINE_OVERHEAD + this.families.size * NAME_OVERHEAD;
  }

  /** Begins an exposition. */
  begin(): void {
    const futile = this.missed > this.capacity * MISSES_OF_A_FUTILE_MEMORY;
    if (futile || this.bytes > this.capacity * EXCESS_OF_NAMES) {
      this.table = new LineTable();
      this.families = new Families();
      this.first = { follower: undefined };
      this.missed = 0;
    }
    this.families.begin();
  }

  recall(key: LineKey): KnownLine | undefined {
    return this.table.find(key);
  }

  /** @param key of a line that is not known yet */
  remember(key: LineKey, meaning: LineMeaning): KnownLine | undefined {
    if (this.bytes >= this.capacity) {
      this.missed += key.end - key.start + LINE_OVERHEAD;
      return undefined;
    }
    return this.table.add(key, meaning);
  }
}
