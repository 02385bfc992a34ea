interface Waiter {
  readonly bytes: number;
  readonly go: () => void;
}

/**
 * Bounds what is made of answers and not delivered yet, by the bytes of the answers. While outputs are slow, more of them are not decoded.
 * Those that wait get in in their order; where nothing is undelivered, one gets in whatever its size.
 */
export class Undelivered {
  readonly #capacity: number;
  #used = 0;
  readonly #waiting: Waiter[] = [];

  /** @param capacity bytes */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes of answers that are not delivered. */
  get used(): number {
    return this.#used;
  }

  /**
   * Waits until there is any room, before an answer is asked for whose size nobody knows. What then comes all the same, for others asked
   * at the same time, waits in `admit`.
   */
  async begin(signal: AbortSignal): Promise<void> {
    (await this.admit(0, signal))?.();
  }

  /**
   * Waits for room for what is made of an answer.
   *
   * @returns gives the room back, to be called once; undefined where the signal was aborted before there was any
   */
  async admit(bytes: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (this.#waiting.length > 0 || !this.#hasRoomFor(bytes)) {
      if (!(await this.#wait(bytes, signal))) return undefined;
    } else this.#used += bytes;
    return () => {
      this.#used -= bytes;
      this.#serve();
    };
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#capacity;
  }

  /** Whether there was room in time; then it is taken. */
  #wait(bytes: number, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const giveUp = () => {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      resolve(false);
      // It may have been in the way of a smaller one.
      this.#serve();
    };
    const waiter: Waiter = {
      bytes,
      go: () => {
        signal.removeEventListener('abort', giveUp);
        resolve(true);
      },
    };
    this.#waiting.push(waiter);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  #serve(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#hasRoomFor(first.bytes)) return;
      this.#used += first.bytes;
      this.#waiting.shift();
      first.go();
    }
  }
}
