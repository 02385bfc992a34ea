import type { RelabelRule } from '../model/samples/relabel.ts';
import { type Labels, type Series, sameLabels } from '../model/samples/sample.ts';
import type { ScrapeError } from '../model/targets/scrape-error.ts';
import type { ScrapeLimits, Target } from '../model/targets/target.ts';

/** Series of all targets whose result is remembered. Each takes some 100 bytes beside the series itself. */
const DEFAULT_CAPACITY = 200_000;

/** Results that a target may have beyond twice its samples before those of vanished series are removed. */
const SLACK = 1_000;

/** The result of a series: itself or its new form, undefined if it is dropped, or its error. */
export type Outcome = Series | undefined | ScrapeError;

/** The known results of metric relabeling for one target's series. */
export interface Outcomes {
  has(series: Series): boolean;
  get(series: Series): Outcome;
  /** Remembers the result if there is room, and returns it. */
  learn(series: Series, outcome: Outcome): Outcome;
}

/** The memory of one target, and the settings that it depends on. */
interface Entry {
  readonly labels: Labels;
  readonly rules: readonly RelabelRule[];
  readonly limits: ScrapeLimits;
  readonly honorLabels: boolean;
  /**
   * Weak, because a series that the decoder forgot is another object in the next scrape. So the memory of the decoder
   * bounds that of the series here.
   */
  outcomes: WeakMap<Series, Outcome>;
  /** Number of results. */
  learnt: number;
  /** The scrape, counted over all targets, that used the entry last. */
  usedAt: number;
}

/**
 * Remembers the results of metric relabeling by target. Once full it adds none, but forgets targets that are no longer
 * scraped.
 */
export class RelabelMemory {
  readonly #capacity: number;
  /** The entry that was unused for the longest comes first. */
  readonly #entries = new Map<string, Entry>();
  #size = 0;
  #scrapes = 0;

  /** @param capacity series. @default 200,000 */
  constructor(capacity: number = DEFAULT_CAPACITY) {
    this.#capacity = capacity;
  }

  /** Number of remembered series. */
  get size(): number {
    return this.#size;
  }

  /**
   * The memory of a target with its current settings.
   * @param samples number of samples in this scrape
   */
  of(target: Target, samples: number): Outcomes {
    const entry = this.#entryOf(target);
    if (entry.learnt > 2 * samples + SLACK) this.#clear(entry);
    entry.usedAt = ++this.#scrapes;
    return {
      has: (series) => entry.outcomes.has(series),
      get: (series) => entry.outcomes.get(series),
      learn: (series, outcome) => {
        if (this.#hasRoom()) {
          entry.outcomes.set(series, outcome);
          entry.learnt++;
          this.#size++;
        }
        return outcome;
      },
    };
  }

  #entryOf(target: Target): Entry {
    let entry = this.#entries.get(target.id);
    if (entry !== undefined) {
      this.#entries.delete(target.id);
      if (!isOf(target, entry)) {
        this.#clear(entry);
        entry = undefined;
      }
    }
    entry ??= {
      labels: target.labels,
      rules: target.metricRelabeling,
      limits: target.limits,
      honorLabels: target.honorLabels,
      outcomes: new WeakMap(),
      learnt: 0,
      usedAt: 0,
    };
    this.#entries.set(target.id, entry);
    return entry;
  }

  #hasRoom(): boolean {
    if (this.#size < this.#capacity) return true;
    for (const [id, entry] of this.#entries) {
      // Every other target has had its turn more than once since.
      if (this.#scrapes - entry.usedAt <= 2 * this.#entries.size) return false;
      this.#entries.delete(id);
      this.#clear(entry);
      if (this.#size < this.#capacity) return true;
    }
    return false;
  }

  #clear(entry: Entry): void {
    this.#size -= entry.learnt;
    entry.learnt = 0;
    entry.outcomes = new WeakMap();
  }
}

/** Whether an entry is still valid: another task may have got the address. */
function isOf(target: Target, { labels, rules, limits, honorLabels }: Entry): boolean {
  return (
    target.metricRelabeling === rules &&
    target.honorLabels === honorLabels &&
    (target.labels === labels || sameLabels(target.labels, labels)) &&
    target.limits.labels === limits.labels &&
    target.limits.labelNameBytes === limits.labelNameBytes &&
    target.limits.labelValueBytes === limits.labelValueBytes
  );
}
