import type { Previous, TargetPast } from '../model/delivery/state.ts';
import type { FirstSample } from '../model/settings/config.ts';

/** What values are compared with. */
export type Past = Pick<TargetPast, 'series' | 'baseline'>;

/** When values were scraped. */
export interface ScrapeTime {
  /** Milliseconds since the epoch: the time of samples that bring none. */
  readonly scrapedAt: number;
  /** Milliseconds by which another collector of the same state may have scraped later. */
  readonly overlapMs: number;
}

/** Finds out since when a cumulative value counts, and takes down what must be remembered for the next time. */
export class Differences {
  readonly #updates = new Map<string, Previous>();
  readonly #kept = new Map<string, Previous>();
  readonly #past: Past | undefined;
  readonly #targetStart: number | undefined;
  readonly #firstSample: FirstSample;
  readonly #time: ScrapeTime;

  constructor(
    past: Past | undefined,
    targetStart: number | undefined,
    firstSample: FirstSample,
    time: ScrapeTime,
  ) {
    this.#past = past;
    this.#time = time;
    this.#targetStart = targetStart;
    this.#firstSample = firstSample;
  }

  /** By the key of each series that there was: what must be remembered of it, which may be what is remembered already. */
  get updates(): Map<string, Previous> {
    for (const [key, last] of this.#kept) {
      if (!this.#updates.has(key)) this.#updates.set(key, last);
    }
    this.#kept.clear();
    return this.#updates;
  }

  /** Whether nobody knows what came before, so that no difference can be told. */
  get isBlind(): boolean {
    return this.#past === undefined;
  }

  last(key: string): Previous | undefined {
    return this.#updates.get(key) ?? this.#past?.series.get(key);
  }

  /**
   * Why a sample of this time is not taken after `last`. One with the time of its scrape is newer than what any earlier scrape
   * gave: where `last` is later than another collector could be, the clock was set back in between.
   */
  refusal(key: string, last: Previous | undefined, timestamp: number) {
    if (last === undefined || timestamp > last.timestamp) return undefined;
    const inThisScrape = this.#updates.get(key);
    if (inThisScrape !== undefined) {
      return inThisScrape.timestamp === timestamp ? 'duplicate' : 'not_newer';
    }
    const { scrapedAt, overlapMs } = this.#time;
    const isSetBack = timestamp === scrapedAt && last.timestamp > scrapedAt + overlapMs;
    return isSetBack ? undefined : 'not_newer';
  }

  /** Takes down that a series is there although it has nothing new: one that brings an old time is not forgotten for that. */
  keep(key: string): void {
    const last = this.#past?.series.get(key);
    if (last !== undefined) this.#kept.set(key, last);
  }

  remember(key: string, value: number, timestamp: number, start: number | undefined): void {
    this.#updates.set(key, { value, timestamp, start: start ?? this.#targetStart });
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
    const baseline = this.#past?.baseline;
    if (this.#firstSample === 'drop') return undefined;
    if (this.#firstSample === 'auto') {
      if (start === undefined || baseline === undefined || start <= baseline) return undefined;
    }
    const since = start ?? baseline ?? timestamp;
    return Math.max(0, timestamp - since);
  }
}
