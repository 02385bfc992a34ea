/** What the collector remembers of one series between cycles. */
export interface Remembered {
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

const NOTHING: ReadonlyMap<string, Remembered> = new Map();

/**
 * The last values of cumulative series, per target, for as long as the process lives.
 *
 * It advances only by `commit`, which the collector calls for a target after all of the target's events were accepted.
 */
export class MemoryState {
  readonly #targets = new Map<string, Map<string, Remembered>>();

  /** What is remembered of a target, by series. */
  of(targetId: string): ReadonlyMap<string, Remembered> {
    return this.#targets.get(targetId) ?? NOTHING;
  }

  commit(targetId: string, updates: ReadonlyMap<string, Remembered>): void {
    if (updates.size === 0) return;
    let series = this.#targets.get(targetId);
    if (series === undefined) {
      series = new Map();
      this.#targets.set(targetId, series);
    }
    for (const [key, remembered] of updates) series.set(key, remembered);
  }

  /** Forgets the series whose last value is older than this, and targets without any left. */
  forgetBefore(timestamp: number): void {
    for (const [targetId, series] of this.#targets) {
      for (const [key, remembered] of series) {
        if (remembered.timestamp < timestamp) series.delete(key);
      }
      if (series.size === 0) this.#targets.delete(targetId);
    }
  }

  /** Series that are remembered now. */
  get size(): number {
    let size = 0;
    for (const series of this.#targets.values()) size += series.size;
    return size;
  }
}
