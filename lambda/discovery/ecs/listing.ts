import { goodForMs, isGood } from '../found/refresh.ts';
import type { AccountRegion, AccountTargets } from './cluster/account-region.ts';

/** Milliseconds until the refresh after an incomplete one, if `refreshMs` is longer. */
const REPAIR_MS = 30_000;

/** The result of a refresh, and its beginning in milliseconds since the epoch. */
export interface Listed {
  readonly found: readonly AccountTargets[];
  readonly at: number;
}

/** The answers of the AWS APIs for one kind of targets, refreshed when they are due. */
export class EcsListing {
  readonly #accounts: readonly AccountRegion[];
  readonly #freshMs: number;
  #last: Listed | undefined;

  constructor(accounts: readonly AccountRegion[], refreshMs: number) {
    this.#accounts = accounts;
    this.#freshMs = goodForMs(refreshMs);
  }

  /** Never rejects. Returns the last answer if no refresh is due. */
  async read(now: number, signal: AbortSignal): Promise<Listed> {
    const last = this.#last;
    if (last !== undefined && isGood(last.at, now, this.#lifetimeOf(last))) return last;
    const found = await Promise.all(this.#accounts.map((account) => account.find(now, signal)));
    this.#last = { found, at: now };
    return this.#last;
  }

  /** Milliseconds for which an answer is reused. */
  #lifetimeOf({ found }: Listed): number {
    const clusters = found.flatMap((account) => account.clusters);
    if ([...found, ...clusters].every(({ errors }) => errors.length === 0)) return this.#freshMs;
    const isEmpty = clusters.every((cluster) => cluster.found.length === 0);
    return isEmpty ? 0 : Math.min(this.#freshMs, REPAIR_MS);
  }
}
