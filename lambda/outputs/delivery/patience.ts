import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds for which a destination without an answer may hold up the cycle and the other outputs. */
export const PATIENCE_MS = 2_000;

/** A clock that nobody sets, and a timer. */
interface Waiting {
  /** Milliseconds since an arbitrary time. */
  readonly elapsed: () => number;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const SYSTEM: Waiting = {
  elapsed: () => performance.now(),
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** The time for which a cycle still waits for a destination that has no room and does not answer. */
export class Patience {
  readonly #limitMs: number;
  readonly #waiting: Waiting;
  #answeredAt: number;

  /**
   * @param limitMs milliseconds without an answer. @default no limit
   * @param waiting @default the machine's
   */
  constructor(limitMs = Number.POSITIVE_INFINITY, waiting = SYSTEM) {
    this.#limitMs = limitMs;
    this.#waiting = waiting;
    this.#answeredAt = waiting.elapsed();
  }

  /** Call it after an answer, or when nothing waits for one. */
  renew(): void {
    this.#answeredAt = this.#waiting.elapsed();
  }

  get isOver(): boolean {
    return this.#leftMs <= 0;
  }

  /** The reason for later events, as a text after the name of the destination. */
  get reason(): string {
    return `has no room for more, because it has not answered for ${this.#limitMs} ms`;
  }

  /** Resolves when the work is done, or when the patience is over. */
  async wait(work: Promise<void>): Promise<void> {
    // No timer can wait that long.
    if (this.#limitMs === Number.POSITIVE_INFINITY) return work;
    const done = new AbortController();
    await Promise.race([work, this.#waiting.wait(Math.max(this.#leftMs, 0), done.signal)]);
    done.abort();
  }

  get #leftMs(): number {
    return this.#answeredAt + this.#limitMs - this.#waiting.elapsed();
  }
}
