interface Waiter {
  readonly bytes: number;
  readonly go: () => void;
}

/**
 * Bounds the decoded and undelivered samples by the bytes of their answers. While outputs are slow, further answers are
 * not decoded. They wait in their order; if nothing is undelivered, one of any size gets in.
 */
export class Undelivered {
  readonly #capacity: number;
  #used = 0;
  readonly #waiting: Waiter[] = [];

  /** @param capacity bytes */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes of answers whose samples are not delivered. */
  get used(): number {
    return this.#used;
  }

  /**
   * Waits for any room before a request, because the size of its answer is unknown. Answers that exceed the room then
   * wait in `admit`.
   */
  async begin(signal: AbortSignal): Promise<void> {
    (await this.admit(0, signal))?.();
  }

  /**
   * Waits for room for the samples of an answer.
   *
   * @returns frees the room, to be called once; undefined if the signal was aborted first
   */
  async admit(bytes: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (this.#waiting.length > 0 || !this.#hasRoomFor(bytes)) {
      if (!(await this.#wait(bytes, signal))) return undefined;
    } else this.#used += bytes;
    return () => this.#giveBack(bytes);
  }

  /** Whether others wait for room, or would. */
  get isFull(): boolean {
    return this.#waiting.length > 0 || !this.#hasRoomFor(0);
  }

  /**
   * Takes room for what follows on an answer that has some, without waiting: else all who have some might wait for each other.
   *
   * @returns as of `admit`
   */
  take(bytes: number): () => void {
    this.#used += bytes;
    return () => this.#giveBack(bytes);
  }

  #giveBack(bytes: number): void {
    this.#used -= bytes;
    this.#serve();
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
      // It may have blocked a smaller one.
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
