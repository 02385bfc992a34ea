import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds for which a destination that answers nothing holds the cycle up, and with it the other outputs. */
export const PATIENCE_MS = 2_000;

/** Time that nobody sets, as waiting needs it. */
interface Waiting {
  /** Milliseconds since whenever. */
  readonly elapsed: () => number;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const SYSTEM: Waiting = {
  elapsed: () => performance.now(),
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** How much longer a cycle waits for a destination that has no room and does not answer. */
export class Patience {
  readonly #limitMs: number;
  readonly #waiting: Waiting;
  #answeredAt: number;

  /**
   * @param limitMs milliseconds without an answer. @default for ever
   * @param waiting @default the machine's
   */
  constructor(limitMs = Number.POSITIVE_INFINITY, waiting = SYSTEM) {
    this.#limitMs = limitMs;
    this.#waiting = waiting;
    this.#answeredAt = waiting.elapsed();
  }

  /** There was an answer, or nothing to be answered. */
  renew(): void {
    this.#answeredAt = this.#waiting.elapsed();
  }

  get isOver(): boolean {
    return this.#leftMs <= 0;
  }

  /** What is said of events that come after it is over, after the name of the destination. */
  get reason(): string {
    return `has no room for more, because it has not answered for ${this.#limitMs} ms`;
  }

  /** Resolves when the work is done, or when the patience is over. */
  async wait(work: Promise<void>): Promise<void> {
    // No timer takes that long.
    if (this.#limitMs === Number.POSITIVE_INFINITY) return work;
    const done = new AbortController();
    await Promise.race([work, this.#waiting.wait(Math.max(this.#leftMs, 0), done.signal)]);
    done.abort();
  }

  get #leftMs(): number {
    return this.#answeredAt + this.#limitMs - this.#waiting.elapsed();
  }
}
