/** What the collector remembers of one series between cycles. */
export interface Remembered {
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Milliseconds since the epoch. */
  readonly start?: number | undefined;
}

/** What the collector remembers of one target. */
interface TargetMemory {
  readonly series: Map<string, Remembered>;
  /** Milliseconds since the epoch until when all that there was of the target has been published, if it is known. */
  baseline: number | undefined;
}

/**
 * The last values of cumulative series, per target, for as long as the process lives.
 *
 * It advances only by `commit`, which the collector calls for a target after all of the target's events were accepted.
 */
export class MemoryState {
  readonly #targets = new Map<string, TargetMemory>();
  #lastCycle: number | undefined;

  /** What is remembered of a target. */
  of(targetId: string): Readonly<TargetMemory> {
    let target = this.#targets.get(targetId);
    if (target === undefined) {
      target = { series: new Map(), baseline: this.#lastCycle };
      this.#targets.set(targetId, target);
    }
    return target;
  }

  /** @param scrapedAt milliseconds since the epoch; absent: the scrape has failed */
  commit(targetId: string, updates: ReadonlyMap<string, Remembered>, scrapedAt?: number): void {
    const target = this.#targets.get(targetId) ?? { series: new Map(), baseline: undefined };
    this.#targets.set(targetId, target);
    for (const [key, remembered] of updates) target.series.set(key, remembered);
    target.baseline = scrapedAt ?? target.baseline;
  }

  /** A cycle is over: targets that are seen from now on were not there, or were not seen, when it began. */
  completed(cycleStartedAt: number): void {
    this.#lastCycle = cycleStartedAt;
  }

  /** Forgets the series whose last value is older than this, and targets without any left. */
  forgetBefore(timestamp: number): void {
    for (const [targetId, { series, baseline = Number.NEGATIVE_INFINITY }] of this.#targets) {
      for (const [key, remembered] of series) {
        if (remembered.timestamp < timestamp) series.delete(key);
      }
      if (series.size === 0 && baseline < timestamp) this.#targets.delete(targetId);
    }
  }

  /** Series that are remembered now. */
  get size(): number {
    let size = 0;
    for (const { series } of this.#targets.values()) size += series.size;
    return size;
  }
}
