import { setTimeout as sleep } from 'node:timers/promises';

/** Longest wait between two attempts, in milliseconds. */
export const MAX_WAIT_MS = 5_000;

export interface RetryOptions {
  /** The first one included. */
  readonly maxAttempts: number;
  /** From 0 up to 1. */
  random(): number;
  /** Ends all attempts. */
  readonly signal: AbortSignal;
}

/**
 * Tries until it succeeds, with growing waits of full jitter.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * Rejects with the last error of an attempt; with the signal's reason if there was none.
 *
 * @param firstDelayMs the longest first wait after an error; undefined if a retry would not help
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  firstDelayMs: (error: unknown) => number | undefined,
  { maxAttempts, random, signal }: RetryOptions,
): Promise<T> {
  let failure: unknown;
  for (let made = 0; !signal.aborted; made++) {
    try {
      return await attempt();
    } catch (error) {
      // An attempt that the signal ended does not show why the others failed.
      if (signal.aborted) break;
      failure = error;
      const delay = firstDelayMs(error);
      if (delay === undefined || made + 1 >= maxAttempts) break;
      const wait = waitMs(delay, made, random());
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
  throw failure ?? signal.reason;
}

/**
 * A wait of full jitter, in milliseconds: any part of a length that doubles from wait to wait.
 *
 * @param random from 0 up to 1
 */
export function waitMs(firstMs: number, before: number, random: number): number {
  return random * Math.min(firstMs * 2 ** before, MAX_WAIT_MS);
}
