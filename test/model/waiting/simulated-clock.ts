import type { Clock } from '../../../lambda/model/waiting/clock.ts';

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop that nothing may come of before time goes on. */
const IDLE_TURNS = 3;

/** A clock that stands still while anything is being done, and jumps to the next timer when nothing is. */
export class SimulatedClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now = 0;
  #busy = 0;

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = { at: this.#now + ms, wake: resolve };
    const abort = () => reject(signal.reason);
    this.#timers.add(timer);
    signal.addEventListener('abort', abort);
    try {
      await promise;
    } finally {
      this.#timers.delete(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  /** Time stands still until `work` is done. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
    }
  }

  /** Lets time pass, as fast as it can, until the result is there. */
  async run<Result>(result: Promise<Result>): Promise<Result> {
    let done = false;
    const finish = () => {
      done = true;
    };
    result.then(finish, finish);
    let idle = 0;
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      idle = this.#busy > 0 ? 0 : idle + 1;
      if (idle >= IDLE_TURNS && this.#advance()) idle = 0;
    }
    return result;
  }

  /** To the next timer, and all that are due with it. */
  #advance(): boolean {
    if (this.#timers.size === 0) return false;
    this.#now = Math.min(...Array.from(this.#timers, ({ at }) => at));
    for (const timer of this.#timers) if (timer.at <= this.#now) timer.wake();
    return true;
  }
}
