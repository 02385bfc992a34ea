/** One call that the stand-in received. */
export interface ReceivedCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The account whose credentials signed it. */
  readonly account: string;
  /** Resolves when it was answered, or its connection is gone. */
  readonly ended: Promise<void>;
}

/** Counts the calls of each operation, retries included, and reports the next one. */
export class Calls {
  readonly #counts = new Map<string, number>();
  readonly #running = new Map<string, number>();
  readonly #peaks = new Map<string, number>();
  readonly #throttled = new Map<string, number>();
  readonly #waiting = new Map<string, ((call: ReceivedCall) => void)[]>();

  /** Number of calls of the operation. */
  count(operation: string): number {
    return this.#counts.get(operation) ?? 0;
  }

  /** Number of calls beyond the documented rate, of the operation or of all. */
  throttled(operation?: string): number {
    if (operation !== undefined) return this.#throttled.get(operation) ?? 0;
    return [...this.#throttled.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Most calls of the operation at the same time. */
  peak(operation: string): number {
    return this.#peaks.get(operation) ?? 0;
  }

  /** Resolves when the next call of the operation arrives. */
  next(operation: string): Promise<ReceivedCall> {
    return new Promise((resolve) => {
      this.#waiting.set(operation, [...(this.#waiting.get(operation) ?? []), resolve]);
    });
  }

  /** Forgets the counts and peaks. */
  reset(): void {
    this.#counts.clear();
    this.#peaks.clear();
    this.#throttled.clear();
  }

  /** Counts a call without a token. */
  throttle(operation: string): void {
    this.#throttled.set(operation, this.throttled(operation) + 1);
  }

  /** Counts a call that goes on until `ended`. */
  begin(call: ReceivedCall): void {
    const { operation, ended } = call;
    const running = (this.#running.get(operation) ?? 0) + 1;
    this.#running.set(operation, running);
    this.#counts.set(operation, this.count(operation) + 1);
    this.#peaks.set(operation, Math.max(this.peak(operation), running));
    void ended.then(() => this.#running.set(operation, (this.#running.get(operation) ?? 1) - 1));
    const waiting = this.#waiting.get(operation) ?? [];
    this.#waiting.delete(operation);
    for (const resolve of waiting) resolve(call);
  }
}
