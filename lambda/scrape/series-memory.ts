import type { Series } from '../model/sample.ts';

/** Lines that are remembered in one generation, unless the user of the memory says otherwise. */
const DEFAULT_CAPACITY = 50_000;

/**
 * Remembers which series a line's name and labels led to, so that a target that sends nearly the same text each minute
 * costs only the reading of its values. One memory serves all targets of a job.
 *
 * Bounded: when a generation is full it becomes the old one, and what is not asked for again is forgotten with it, so
 * at most twice the capacity is held.
 */
export class SeriesMemory {
  #young = new Map<string, Series>();
  #old = new Map<string, Series>();
  readonly #capacity: number;

  /** @param capacity lines per generation, at least 1. @default 50,000 */
  constructor(capacity: number = DEFAULT_CAPACITY) {
    if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
      throw new RangeError(`expected a capacity of 1 or more lines, got ${capacity}`);
    }
    this.#capacity = capacity;
  }

  /** Lines that are held now. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  recall(line: string): Series | undefined {
    const series = this.#young.get(line);
    if (series !== undefined) return series;
    const old = this.#old.get(line);
    // The key is the caller's slice of a whole body: it must be copied before it is kept.
    if (old !== undefined) this.remember(ownCopy(line), old);
    return old;
  }

  /** @param line must not be a slice of a longer text, or that text stays in memory as long as the line does. */
  remember(line: string, series: Series): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(line, series);
  }
}

/**
 * A copy that shares no memory with the text that it was sliced from. V8 makes a slice of 13 or more characters a view of
 * its parent, which keeps a whole body alive; joining makes a new text, of which this is a view.
 */
export function ownCopy(slice: string): string {
  return ` ${slice}`.slice(1);
}
