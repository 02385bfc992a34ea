import type { MetricShare } from '../model/delivery/shared-metrics.ts';
import type { KnownMetrics } from '../model/delivery/state.ts';
import type { Labels } from '../model/samples/sample.ts';
import type { MetricBudgetConfig } from '../model/settings/config.ts';
import { combinationOf, HASH_BITS } from './combination.ts';
import { HeldBack, type HeldBackMetric } from './held-back.ts';
import type { DeclaredSet } from './publication-list.ts';

const MINUTE_MS = 60_000;

const HASH_BYTES = HASH_BITS / 8;
const AGE_BYTES = 2;
const ENTRY_BYTES = HASH_BYTES + AGE_BYTES;
const MAX_AGE_MINUTES = 2 ** (8 * AGE_BYTES) - 1;

/** The part of the window after which a shard reports a metric to the others again. */
export const RETELL_SHARE = 1 / 4;

const NOTHING_SHARED = { source: undefined, known: new Map<number, number>() };

/** The state of the budget in a cycle. */
export interface BudgetReport {
  readonly limit: number;
  /** Known combinations: published within the window by any collector that shares the budget. */
  readonly known: number;
  /** Further combinations that this cycle would have published. Counted up to 100,000. */
  readonly heldBack: number;
  readonly examples: readonly HeldBackMetric[];
}

/**
 * Bounds the metrics that CloudWatch bills: the distinct combinations of namespace, metric name and dimensions within a
 * window of time. At the limit, known ones go on and new ones are held back.
 *
 * The limit also bounds the memory of them, about 60 bytes each.
 */
export class MetricBudget {
  readonly #limit: number;
  readonly #windowMinutes: number;
  /** Minute of the last publication of each. Whole numbers of 31 bits take no memory of their own. */
  readonly #known = new Map<number, number>();
  /** The same of all collectors that share the budget. */
  #shared: { readonly source: KnownMetrics | undefined; readonly known: Map<number, number> } =
    NOTHING_SHARED;
  /** Combinations that only this collector knows, and their limit. */
  #fresh = 0;
  #room: number;
  #minute = 0;
  #heldBack = new HeldBack();

  constructor({ limit, windowMs }: MetricBudgetConfig) {
    this.#limit = limit;
    this.#room = limit;
    this.#windowMinutes = Math.ceil(windowMs / MINUTE_MS);
  }

  /**
   * Begins a cycle, and drops the combinations that were not published within the window.
   * @param now milliseconds since the epoch
   */
  begin(now: number): void {
    this.#minute = Math.floor(now / MINUTE_MS);
    this.#heldBack = new HeldBack();
    for (const [combination, seen] of this.#known) {
      if (this.#isOld(seen)) this.#known.delete(combination);
    }
    this.#count();
  }

  /**
   * Takes over the combinations of all that share the budget, and this collector's part of the remaining room in this
   * cycle.
   */
  share({ known, room }: MetricShare): void {
    if (known !== this.#shared.source) {
      this.#shared = { source: known, known: known ? new Map(entriesOf(known)) : new Map() };
    }
    this.#room = room;
    this.#count();
  }

  /** Whether a metric may be published under a set whose labels are complete. */
  admits(set: DeclaredSet, metric: string, labels: Labels): boolean {
    const combination = combinationOf(set, metric, labels);
    const seen = this.#known.get(combination);
    if (seen === this.#minute) return true;
    if (seen === undefined && !this.#shared.known.has(combination)) {
      if (this.#fresh >= this.#room) {
        this.#heldBack.add(combination, metric, set.names, labels);
        return false;
      }
      this.#fresh += 1;
    }
    this.#known.set(combination, this.#minute);
    return true;
  }

  report(): BudgetReport {
    return {
      limit: this.#limit,
      known: this.#fresh + this.#shared.known.size,
      heldBack: this.#heldBack.combinations,
      examples: this.#heldBack.examples(),
    };
  }

  /** The known combinations, for the state and for the budget of another process or configuration. */
  export(): KnownMetrics {
    return this.#exported(this.#known);
  }

  /** The combinations that the others do not know, or heard of a while ago. */
  exportFresh(): KnownMetrics {
    const retellMinutes = Math.floor(this.#windowMinutes * RETELL_SHARE);
    const shared = this.#shared.known;
    const fresh = [...this.#known].filter(([combination, seen]) => {
      const told = shared.get(combination);
      return told === undefined || seen - told > retellMinutes;
    });
    return this.#exported(new Map(fresh));
  }

  /**
   * Adds the combinations of an `export`.
   * @throws RangeError if the bytes are not an export
   */
  import(metrics: KnownMetrics): void {
    for (const [combination, seen] of entriesOf(metrics)) {
      const known = this.#known.get(combination);
      if (known === undefined || known < seen) this.#known.set(combination, seen);
    }
    this.#count();
  }

  #exported(known: ReadonlyMap<number, number>): KnownMetrics {
    const combinations = Buffer.alloc(known.size * ENTRY_BYTES);
    let offset = 0;
    for (const [combination, seen] of known) {
      const age = Math.min(Math.max(this.#minute - seen, 0), MAX_AGE_MINUTES);
      offset = combinations.writeUIntBE(combination, offset, HASH_BYTES);
      offset = combinations.writeUIntBE(age, offset, AGE_BYTES);
    }
    return { combinations, asOf: this.#minute * MINUTE_MS };
  }

  #count(): void {
    const shared = this.#shared.known;
    this.#fresh = this.#known.size;
    if (shared.size === 0) return;
    for (const combination of this.#known.keys()) if (shared.has(combination)) this.#fresh -= 1;
  }

  #isOld(seen: number): boolean {
    return this.#minute - seen >= this.#windowMinutes;
  }
}

/** Combinations, and the minute of the last publication of each. @throws RangeError */
function* entriesOf({ combinations, asOf }: KnownMetrics): Generator<[number, number]> {
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
    yield [combination, minute - bytes.readUIntBE(offset + HASH_BYTES, AGE_BYTES)];
  }
}
