import type { Clock } from '../../model/waiting/clock.ts';

/** Capacity of a bucket in calls, and its refill. */
export interface BucketSize {
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket that serves its callers in the order of their arrival. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #size: BucketSize;
  /** Negative by the number of calls that wait. */
  #tokens: number;
  #filledAt: number;

  constructor(size: BucketSize, clock: Clock) {
    this.#clock = clock;
    this.#size = size;
    this.#tokens = size.burst;
    this.#filledAt = clock.now();
  }

  /** Takes a token as soon as one is free; rejects without a token if `signal` is aborted first. */
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
