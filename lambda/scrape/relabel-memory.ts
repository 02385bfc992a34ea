import type { RelabelRule } from '../model/samples/relabel.ts';
import { type Labels, type Series, sameLabels } from '../model/samples/sample.ts';
import type { ScrapeError } from '../model/targets/scrape-error.ts';
import type { ScrapeLimits, Target } from '../model/targets/target.ts';

/** Series, of all targets together, of which the outcome is remembered. Each takes some 100 bytes beside the series itself. */
const DEFAULT_CAPACITY = 200_000;

/** Outcomes that a target may have beyond twice its samples before those of long gone series are cleared away. */
const SLACK = 1_000;

/** What became of a series: itself (or what it is now), undefined where it was dropped, or what is wrong with it now. */
export type Outcome = Series | undefined | ScrapeError;

/** What metric relabeling makes of one target's series, as far as it is known. */
export interface Outcomes {
  has(series: Series): boolean;
  get(series: Series): Outcome;
  /** Remembers the outcome if there is room for it, and returns it. */
  learn(series: Series, outcome: Outcome): Outcome;
}

/** What belongs to one target, and what it was found with. */
interface Entry {
  readonly labels: Labels;
  readonly rules: readonly RelabelRule[];
  readonly limits: ScrapeLimits;
  readonly honorLabels: boolean;
  /**
   * Weak: a series that the decoder does not remember is another one in the next scrape, so to keep it would be of no use. The memory
   * of the decoder thus bounds that of the series here.
   */
  outcomes: WeakMap<Series, Outcome>;
  /** How many were learnt. */
  learnt: number;
  /** Counts the scrapes of all targets. */
  usedAt: number;
}

/**
 * Remembers what metric relabeling makes of series, by target. Bounded: once full it learns no more, but forgets targets
 * that are not scraped any more.
 */
export class RelabelMemory {
  readonly #capacity: number;
  /** The longest unused first. */
  readonly #entries = new Map<string, Entry>();
  #size = 0;
  #scrapes = 0;

  /** @param capacity series. @default 200,000 */
  constructor(capacity: number = DEFAULT_CAPACITY) {
    this.#capacity = capacity;
  }

  /** Series that are remembered now. */
  get size(): number {
    return this.#size;
  }

  /**
   * What is known of a target, as it is now.
   * @param samples that it has in this scrape
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
      // Since then every other target has had its turn, and more than once.
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

/** Whether an entry is still right: another task may have got the address. */
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
