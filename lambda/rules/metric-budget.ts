import type { MetricBudgetConfig } from '../model/config.ts';
import type { Labels } from '../model/sample.ts';
import type { KnownMetrics } from '../model/state.ts';
import { combinationOf, HASH_BITS } from './combination.ts';
import { HeldBack, type HeldBackMetric } from './held-back.ts';
import type { DeclaredSet } from './publication-list.ts';

const MINUTE_MS = 60_000;

const HASH_BYTES = HASH_BITS / 8;
const AGE_BYTES = 2;
const ENTRY_BYTES = HASH_BYTES + AGE_BYTES;
const MAX_AGE_MINUTES = 2 ** (8 * AGE_BYTES) - 1;

/** How the budget stands in a cycle. */
export interface BudgetReport {
  readonly limit: number;
  /** Combinations that are known: published within the window. */
  readonly known: number;
  /** Further ones that this cycle would have published. Counted up to 100,000. */
  readonly heldBack: number;
  readonly examples: readonly HeldBackMetric[];
}

/**
 * Bounds what CloudWatch bills: the distinct combinations of namespace, metric name and dimensions within a window of
 * time. While there are as many as the limit, known ones go on and new ones are held back.
 *
 * The memory of them, about 60 bytes each, is bounded by the limit.
 */
export class MetricBudget {
  readonly #limit: number;
  readonly #windowMinutes: number;
  /** Minute in which each was last seen. Whole numbers of 31 bits take no memory of their own. */
  readonly #known = new Map<number, number>();
  #minute = 0;
  #heldBack = new HeldBack();

  constructor({ limit, windowMs }: MetricBudgetConfig) {
    this.#limit = limit;
    this.#windowMinutes = Math.ceil(windowMs / MINUTE_MS);
  }

  /**
   * Begins a cycle; what was not seen within the window makes room.
   * @param now milliseconds since the epoch
   */
  begin(now: number): void {
    this.#minute = Math.floor(now / MINUTE_MS);
    this.#heldBack = new HeldBack();
    for (const [combination, seen] of this.#known) {
      if (this.#isOld(seen)) this.#known.delete(combination);
    }
  }

  /** Whether a metric may be published under a set of which it has all labels. */
  admits(set: DeclaredSet, metric: string, labels: Labels): boolean {
    const combination = combinationOf(set, metric, labels);
    const seen = this.#known.get(combination);
    if (seen === this.#minute) return true;
    if (seen === undefined && this.#known.size >= this.#limit) {
      this.#heldBack.add(combination, metric, set.names, labels);
      return false;
    }
    this.#known.set(combination, this.#minute);
    return true;
  }

  report(): BudgetReport {
    return {
      limit: this.#limit,
      known: this.#known.size,
      heldBack: this.#heldBack.combinations,
      examples: this.#heldBack.examples(),
    };
  }

  /** What is known, for the state, and so for the budget of another process or configuration. */
  export(): KnownMetrics {
    const combinations = Buffer.alloc(this.#known.size * ENTRY_BYTES);
    let offset = 0;
    for (const [combination, seen] of this.#known) {
      const age = Math.min(Math.max(this.#minute - seen, 0), MAX_AGE_MINUTES);
      offset = combinations.writeUIntBE(combination, offset, HASH_BYTES);
      offset = combinations.writeUIntBE(age, offset, AGE_BYTES);
    }
    return { combinations, asOf: this.#minute * MINUTE_MS };
  }

  /**
   * Takes over what `export` gave, in addition to what is known already.
   * @throws RangeError where it is no such thing
   */
  import({ combinations, asOf }: KnownMetrics): void {
    const { buffer, byteOffset, byteLength } = combinations;
    if (byteLength % ENTRY_BYTES !== 0) {
      throw new RangeError(
        `expected ${ENTRY_BYTES} bytes for each known metric, got ${byteLength} bytes`,
      );
    }
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    const minute = Math.floor(asOf / MINUTE_MS);
    for (let offset = 0; offset < bytes.length; offset += ENTRY_BYTES) {
      const combination = bytes.readUIntBE(offset, HASH_BYTES);
      const seen = minute - bytes.readUIntBE(offset + HASH_BYTES, AGE_BYTES);
      const known = this.#known.get(combination);
      if (known === undefined || known < seen) this.#known.set(combination, seen);
    }
  }

  #isOld(seen: number): boolean {
    return this.#minute - seen >= this.#windowMinutes;
  }
}
