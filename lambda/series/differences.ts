import type { Previous, TargetPast } from '../model/delivery/state.ts';
import type { FirstSample } from '../model/settings/config.ts';

/** The values to compare with. */
export type Past = Pick<TargetPast, 'series' | 'baseline'>;

/** The times of a scrape. */
export interface ScrapeTime {
  /** Milliseconds since the epoch: the time of samples without a timestamp. */
  readonly scrapedAt: number;
  /** Milliseconds by which another collector of the same state may have scraped later. */
  readonly overlapMs: number;
}

/** Finds out since when a cumulative value counts, and records the next state. */
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

  /** The next state by the key of each series of the scrape; it may be unchanged. */
  get updates(): Map<string, Previous> {
    for (const [key, last] of this.#kept) {
      if (!this.#updates.has(key)) this.#updates.set(key, last);
    }
    this.#kept.clear();
    return this.#updates;
  }

  /** Whether the past is unknown, so that there are no differences. */
  get isBlind(): boolean {
    return this.#past === undefined;
  }

  last(key: string): Previous | undefined {
    return this.#updates.get(key) ?? this.#past?.series.get(key);
  }

  /**
   * The reason why a sample of this time is not accepted after `last`. A sample with the time of its scrape is newer
   * than those of earlier scrapes: if `last` is later than another collector could be, the clock was set back in
   * between.
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

  /** Keeps a series that has no new sample: it exists, so it must not be forgotten. */
  keep(key: string): void {
    const last = this.#past?.series.get(key);
    if (last !== undefined) this.#kept.set(key, last);
  }

  remember(key: string, value: number, timestamp: number, start: number | undefined): void {
    this.#updates.set(key, { value, timestamp, start: start ?? this.#targetStart });
  }

  /**
   * Whether a series restarted after its last sample, by its start. This compares two clocks, so the start that was
   * known at the last sample is not new, even if it seems later.
   */
  startedSince({ timestamp, start: before }: Previous, start = this.#targetStart): boolean {
    return start !== undefined && start > timestamp && start !== before;
  }

  /**
   * Milliseconds that the first value of a series spans, 0 if unknown; undefined if the value may have begun before the
   * collector knew the series.
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
