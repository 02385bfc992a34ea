import type { FirstSample } from '../model/config.ts';

/** The last value of a cumulative series, or of one that brings its own times. */
export interface Previous {
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Milliseconds since the epoch when the series had begun to count, if that was known. */
  readonly start?: number | undefined;
}

/** What is remembered of one target. */
export interface Memory {
  /** By the key of the series. */
  readonly series: ReadonlyMap<string, Previous>;
  /**
   * Milliseconds since the epoch: what began later was never published. The time of the target's last scrape whose events
   * were accepted, or, before there is one, of the collector's last cycle before it saw the target. Absent: unknown.
   */
  readonly baseline: number | undefined;
}

/** Finds out since when a cumulative value counts, and takes down what must be remembered for the next time. */
export class Differences {
  readonly updates = new Map<string, Previous>();
  readonly #memory: Memory;
  readonly #targetStart: number | undefined;
  readonly #firstSample: FirstSample;

  constructor(memory: Memory, targetStart: number | undefined, firstSample: FirstSample) {
    this.#memory = memory;
    this.#targetStart = targetStart;
    this.#firstSample = firstSample;
  }

  last(key: string): Previous | undefined {
    return this.updates.get(key) ?? this.#memory.series.get(key);
  }

  /** Why a sample of this time is not taken after `last`. */
  refusal(key: string, last: Previous | undefined, timestamp: number) {
    if (last === undefined || timestamp > last.timestamp) return undefined;
    return this.updates.get(key)?.timestamp === timestamp ? 'duplicate' : 'not_newer';
  }

  remember(key: string, value: number, timestamp: number, start: number | undefined): void {
    this.updates.set(key, { value, timestamp, start: start ?? this.#targetStart });
  }

  /**
   * Whether a series began anew after its last sample, as far as its start tells. Two clocks are compared here, so the start
   * that was known at the last sample is no new one, even if it seems to be later.
   */
  startedSince({ timestamp, start: before }: Previous, start = this.#targetStart): boolean {
    return start !== undefined && start > timestamp && start !== before;
  }

  /**
   * Milliseconds that the first value of a series stands for, 0 where that is not known; undefined where it may have been
   * counted before the collector knew the series.
   */
  firstInterval(timestamp: number, start = this.#targetStart): number | undefined {
    const { baseline } = this.#memory;
    if (this.#firstSample === 'drop') return undefined;
    if (this.#firstSample === 'auto') {
      if (start === undefined || baseline === undefined || start <= baseline) return undefined;
    }
    const since = start ?? baseline ?? timestamp;
    return Math.max(0, timestamp - since);
  }
}
