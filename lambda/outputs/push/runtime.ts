import { setTimeout } from 'node:timers/promises';
import type { Fetch } from './exchange.ts';

/** The clock, the timer and the randomness of a push. */
export interface Runtime {
  readonly fetch: Fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds since an arbitrary time, of a clock that nobody sets. */
  readonly elapsed: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export const systemRuntime: Runtime = {
  fetch: (url, init) => fetch(url, init),
  now: Date.now,
  elapsed: () => performance.now(),
  random: Math.random,
  wait: (milliseconds, signal) =>
    setTimeout(milliseconds, undefined, { signal }).catch(() => undefined),
};
