/** Milliseconds of a cycle that are kept for delivering what was scraped; at most a quarter of the cycle. */
const DELIVERY_RESERVE_MS = 5_000;

/** The part of the time until then that discovery may take: where it hangs there is time for the targets that are known. */
const DISCOVERY_SHARE = 0.5;

/** The part of the reserve in which the ECS API may say which targets stopped. */
const STOPPED_CHECK_SHARE = 0.5;

/** The part of the reserve which is kept for writing the state after the delivery. */
const STATE_SHARE = 0.3;

/** When the parts of a cycle must be over, so that one which hangs leaves the others their time. */
export class Deadlines {
  /** The end of the cycle. */
  readonly end: AbortSignal;
  readonly scraping: AbortSignal;
  readonly delivery: AbortSignal;
  /** The last two, by `performance.now()`. */
  readonly scrapingAt: number;
  readonly deliveryAt: number;
  readonly #timeoutMs: number;
  readonly #reserveMs: number;

  /** @param timeoutMs whole milliseconds that the cycle has from now on */
  constructor(timeoutMs: number) {
    const began = performance.now();
    // Timers take whole milliseconds only.
    const reserve = Math.min(DELIVERY_RESERVE_MS, Math.ceil(timeoutMs / 4));
    const deliveryMs = timeoutMs - Math.floor(reserve * STATE_SHARE);
    this.#timeoutMs = timeoutMs;
    this.#reserveMs = reserve;
    this.end = AbortSignal.timeout(timeoutMs);
    this.scraping = AbortSignal.timeout(timeoutMs - reserve);
    this.delivery = AbortSignal.timeout(deliveryMs);
    this.scrapingAt = began + timeoutMs - reserve;
    this.deliveryAt = began + deliveryMs;
  }

  /** Of a discovery that begins now. */
  discovery(): AbortSignal {
    return AbortSignal.timeout(Math.ceil((this.#timeoutMs - this.#reserveMs) * DISCOVERY_SHARE));
  }

  /** Of a reading, which begins now, of what is remembered. */
  memory(): AbortSignal {
    return AbortSignal.timeout(this.#reserveMs);
  }

  /** Of the question, asked now, which targets stopped. */
  stoppedCheck(): AbortSignal {
    return AbortSignal.timeout(Math.ceil(this.#reserveMs * STOPPED_CHECK_SHARE));
  }
}
