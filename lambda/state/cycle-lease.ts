import { randomUUID } from 'node:crypto';
import { type S3Location, s3Store } from './s3.ts';
import type { S3ListApi } from './s3-api.ts';
import { StateStoreError } from './store.ts';

/** Suffix of the object beside the state. */
const SUFFIX = '.lease';

/** Milliseconds of a request: a slow lease must not hold up the cycle. */
const REQUEST_MS = 3_000;

/**
 * Longest cycle in milliseconds. A lease that holds for longer was written by a wrong clock.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: a function runs for 15 minutes at most.
 */
const LONGEST_CYCLE_MS = 15 * 60_000;

/** The result of an attempt to take a lease. */
export type LeaseOutcome =
  | { readonly kind: 'taken' }
  /** Another cycle runs until this time at most: milliseconds since the epoch. */
  | { readonly kind: 'busy'; readonly until: number }
  /** The lease is unknown. The message is for the log. */
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Lets one cycle at a time use the state. Two at once would both publish the increases since the last write.
 *
 * The lease is an object beside the state, written by conditional writes and deleted at the end of the cycle. If its
 * holder is killed, the lease ends with the time that the holder had.
 */
export class CycleLease {
  readonly #s3: S3ListApi;
  readonly #place: S3Location;
  readonly #now: () => number;

  /**
   * @param state place of the state
   * @param now milliseconds since the epoch
   */
  constructor(s3: S3ListApi, state: S3Location, now: () => number) {
    this.#s3 = s3;
    this.#place = { ...state, key: `${state.key}${SUFFIX}` };
    this.#now = now;
  }

  /** @param forMs milliseconds after which the cycle has ended in any case */
  async take(forMs: number): Promise<LeaseOutcome> {
    const until = this.#now() + forMs;
    const store = s3Store(this.#s3, this.#place);
    // The holder makes two leases differ that begin in the same millisecond.
    const bytes = Buffer.from(JSON.stringify({ until, holder: randomUUID() }));
    const signal = AbortSignal.timeout(Math.ceil(Math.min(REQUEST_MS, forMs / 4)));
    try {
      if ((await store.write(bytes, undefined, signal)) !== 'conflict') return { kind: 'taken' };
      const held = await store.read(signal);
      if (held === 'unchanged' || held === undefined) return { kind: 'busy', until };
      const heldUntil = this.#endOf(held.bytes);
      if (heldUntil !== undefined) return { kind: 'busy', until: heldUntil };
      const outcome = await store.write(bytes, held.version, signal);
      return outcome === 'conflict' ? { kind: 'busy', until } : { kind: 'taken' };
    } catch (error) {
      if (!(error instanceof StateStoreError)) throw error;
      return { kind: 'failed', message: error.message };
    }
  }

  /** Called only by the holder. @returns the reason of a failure; the lease then ends with its time */
  async release(): Promise<string | undefined> {
    const { bucket: Bucket, key: Key } = this.#place;
    try {
      await this.#s3.deleteObject({ Bucket, Key }, AbortSignal.timeout(REQUEST_MS));
      return undefined;
    } catch (error) {
      const { name, message } = error as Error;
      return `DeleteObject of the lease s3://${Bucket}/${Key} failed; it needs s3:DeleteObject on the object. ${name}: ${message}`;
    }
  }

  /** The end of a lease; undefined if it is over, or its content is invalid. */
  #endOf(bytes: Uint8Array): number | undefined {
    const now = this.#now();
    const until = readEnd(bytes);
    return until > now && until - now <= LONGEST_CYCLE_MS ? until : undefined;
  }
}

function readEnd(bytes: Uint8Array): number {
  try {
    return Number(JSON.parse(Buffer.from(bytes).toString('utf8'))?.until);
  } catch {
    return Number.NaN;
  }
}
