import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds for which a destination that answers nothing holds the cycle up, and with it the other outputs. */
export const PATIENCE_MS = 2_000;

/** How much longer a cycle waits for a destination that has no room and does not answer. */
export class Patience {
  readonly #limitMs: number;
  #answeredAt = performance.now();

  /** @param limitMs milliseconds without an answer. @default for ever */
  constructor(limitMs = Number.POSITIVE_INFINITY) {
    this.#limitMs = limitMs;
  }

  /** There was an answer, or nothing to be answered. */
  renew(): void {
    this.#answeredAt = performance.now();
  }

  get isOver(): boolean {
    return this.#leftMs <= 0;
  }

  /** Resolves when the work is done, or when the patience is over. */
  async wait(work: Promise<void>): Promise<void> {
    if (this.#limitMs === Number.POSITIVE_INFINITY) return work;
    const done = new AbortController();
    const over = sleep(Math.max(this.#leftMs, 0), undefined, { signal: done.signal });
    await Promise.race([work, over.catch(() => undefined)]);
    done.abort();
  }

  get #leftMs(): number {
    return this.#answeredAt + this.#limitMs - performance.now();
  }
}

/** What is said of events that came after it was over. */
export function impatience(limitMs: number | undefined): string {
  return `has no room for more, as it has not answered for ${limitMs} ms`;
}
