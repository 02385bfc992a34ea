import { syncBuiltinESMExports } from 'node:module';
import timers, { setImmediate } from 'node:timers/promises';

/** Turns of the event loop after which nothing goes on that does not wait for time. */
const TURNS = 10;

interface Timer {
  /** By the simulated clock. */
  readonly at: number;
  readonly fire: () => void;
}

/**
 * Time that a busy machine does not change: the clock of `performance`, `AbortSignal.timeout` and the timers of `node:timers/promises`, until
 * disposed of. It passes where all that is left waits for it, and by each look at the clock, as if the work between two looks took so long.
 */
export class SimulatedTime implements Disposable {
  #now = 0;
  #timers: Timer[] = [];
  #isFiring = false;
  readonly #millisecondsPerLook: number;
  readonly #undo: () => void;

  constructor(millisecondsPerLook = 0) {
    this.#millisecondsPerLook = millisecondsPerLook;
    const { now } = performance;
    const { timeout } = AbortSignal;
    const { setTimeout } = timers;
    performance.now = () => this.#look();
    AbortSignal.timeout = (milliseconds) => this.#signal(milliseconds);
    timers.setTimeout = (milliseconds, value, options) =>
      this.#sleep(milliseconds ?? 0, options?.signal).then(() => value as never);
    syncBuiltinESMExports();
    this.#undo = () => {
      performance.now = now;
      AbortSignal.timeout = timeout;
      timers.setTimeout = setTimeout;
      syncBuiltinESMExports();
    };
  }

  /** Lets time pass until the work is done, which waits for nothing but time. */
  async passUntil<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const end = () => {
      isDone = true;
    };
    work.then(end, end);
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await setImmediate();
      if (isDone) return work;
      const next = Math.min(...this.#timers.map(({ at }) => at));
      if (next === Number.POSITIVE_INFINITY) throw new Error('Expected a timer, got none');
      this.#passTo(next);
    }
  }

  [Symbol.dispose](): void {
    this.#undo();
  }

  /** Timers come after the work that looks at the clock, as they do where work keeps the event loop. */
  #look(): number {
    this.#now += this.#millisecondsPerLook;
    if (this.#timers.some(({ at }) => at <= this.#now)) this.#fireSoon();
    return this.#now;
  }

  #fireSoon(): void {
    if (this.#isFiring) return;
    this.#isFiring = true;
    setTimeout(() => {
      this.#isFiring = false;
      this.#passTo(this.#now);
    }, 0);
  }

  #passTo(time: number): void {
    this.#now = time;
    const due = this.#timers.filter(({ at }) => at <= time);
    this.#timers = this.#timers.filter(({ at }) => at > time);
    for (const { fire } of due.sort((one, other) => one.at - other.at)) fire();
  }

  #signal(milliseconds: number): AbortSignal {
    const controller = new AbortController();
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    this.#timers.push({ at: this.#now + milliseconds, fire: () => controller.abort(reason) });
    return controller.signal;
  }

  /** Rejects when the signal is aborted, as Node.js's own does. */
  #sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = { at: this.#now + milliseconds, fire: resolve };
    this.#timers.push(timer);
    signal?.addEventListener('abort', () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
      reject(signal.reason);
    });
    return promise;
  }
}
