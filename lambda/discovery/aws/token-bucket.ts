import type { Clock } from '../../model/waiting/clock.ts';

/** How many calls a bucket holds, and how many flow in. */
export interface BucketSize {
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket that its users wait for, in the order in which they came. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #size: BucketSize;
  /** Below zero by the number of tokens that are waited for. */
  #tokens: number;
  #filledAt: number;

  constructor(size: BucketSize, clock: Clock) {
    this.#clock = clock;
    this.#size = size;
    this.#tokens = size.burst;
    this.#filledAt = clock.now();
  }

  /** Takes a token as soon as there is one; rejects, and takes none, when `signal` is aborted before. */
  async take(signal: AbortSignal): Promise<void> {
    this.#refill();
    this.#tokens -= 1;
    if (this.#tokens >= 0) return;
    try {
      await this.#clock.sleep(Math.ceil((-this.#tokens / this.#size.perSecond) * 1000), signal);
    } catch (error) {
      this.#tokens += 1;
      throw error;
    }
  }

  #refill(): void {
    const now = this.#clock.now();
    const fresh = (Math.max(now - this.#filledAt, 0) / 1000) * this.#size.perSecond;
    this.#tokens = Math.min(this.#tokens + fresh, this.#size.burst);
    this.#filledAt = now;
  }
}
