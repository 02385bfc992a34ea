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

/** The part of the window after which others that share the budget are told of a metric again. */
export const RETELL_SHARE = 1 / 4;

const NOTHING_SHARED = { source: undefined, known: new Map<number, number>() };

/** How the budget stands in a cycle. */
export interface BudgetReport {
  readonly limit: number;
  /** Combinations that are known: published within the window, by those included that share the budget. */
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
  /** The same of those that share the budget, this one included. */
  #shared: { readonly source: KnownMetrics | undefined; readonly known: Map<number, number> } =
    NOTHING_SHARED;
  /** Combinations that are known here and not to those that share the budget; and how many there may be. */
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
   * Begins a cycle; what was not seen within the window makes room.
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

  /** Says what those know that share the budget, and what is left of it for this one in this cycle. */
  share({ known, room }: MetricShare): void {
    if (known !== this.#shared.source) {
      this.#shared = { source: known, known: known ? new Map(entriesOf(known)) : new Map() };
    }
    this.#room = room;
    this.#count();
  }

  /** Whether a metric may be published under a set of which it has all labels. */
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

  /** What is known, for the state, and so for the budget of another process or configuration. */
  export(): KnownMetrics {
    return this.#exported(this.#known);
  }

  /** What those that share the budget are to be told: what they do not know, or have known for a while without hearing of it. */
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
   * Takes over what `export` gave, in addition to what is known already.
   * @throws RangeError where it is no such thing
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

/** Combinations, and the minute in which each was last seen. @throws RangeError */
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
