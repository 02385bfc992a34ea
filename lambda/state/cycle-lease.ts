import { randomUUID } from 'node:crypto';
import { type S3Location, s3Store } from './s3.ts';
import type { S3ListApi } from './s3-api.ts';
import { StateStoreError } from './store.ts';

/** What the object beside the state is called. */
const SUFFIX = '.lease';

/** Milliseconds of a request: a lease that cannot be had at once keeps no cycle waiting. */
const REQUEST_MS = 3_000;

/**
 * Milliseconds that a cycle can last. A lease that holds for longer was written by a clock that is wrong.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: a function runs for 15 minutes at most.
 */
const LONGEST_CYCLE_MS = 15 * 60_000;

/** What became of the attempt to take a lease. */
export type LeaseOutcome =
  | { readonly kind: 'taken' }
  /** Another cycle is under way, until then at most: milliseconds since the epoch. */
  | { readonly kind: 'busy'; readonly until: number }
  /** Nobody knows. The message is for the log. */
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Lets one cycle at a time have the state. Two at once would both publish what counters grew by since the state was written.
 *
 * The lease is an object beside the state, written by conditional writes and deleted at the end of the cycle. Where its holder
 * was killed, it ends with the time that the holder had.
 */
export class CycleLease {
  readonly #s3: S3ListApi;
  readonly #place: S3Location;
  readonly #now: () => number;

  /**
   * @param state where the state is
   * @param now milliseconds since the epoch
   */
  constructor(s3: S3ListApi, state: S3Location, now: () => number) {
    this.#s3 = s3;
    this.#place = { ...state, key: `${state.key}${SUFFIX}` };
    this.#now = now;
  }

  /** @param forMs milliseconds after which the cycle is over, whatever happens */
  async take(forMs: number): Promise<LeaseOutcome> {
    const until = this.#now() + forMs;
    const store = s3Store(this.#s3, this.#place);
    // The holder makes each lease another version, also of two that begin in the same millisecond.
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

  /** Only by who has taken it. @returns why it could not be done; then it ends with its time */
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

  /** Until when a lease holds; undefined where it is over, or nobody can have written it. */
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
