/** Milliseconds of a cycle that are reserved for delivery; at most a quarter of the cycle. */
const DELIVERY_RESERVE_MS = 5_000;

/** The part of the time before the reserve for discovery: if it hangs, enough remains for the known targets. */
const DISCOVERY_SHARE = 0.5;

/** The part of the reserve for asking the ECS API which targets stopped. */
const STOPPED_CHECK_SHARE = 0.5;

/** The part of the reserve for writing the state after the delivery. */
const STATE_SHARE = 0.3;

/** The ends of the parts of a cycle, so that a part that hangs leaves the others their time. */
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

  /** @param timeoutMs whole milliseconds until the end of the cycle */
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

  /** The end of a discovery that begins now. */
  discovery(): AbortSignal {
    return AbortSignal.timeout(Math.ceil((this.#timeoutMs - this.#reserveMs) * DISCOVERY_SHARE));
  }

  /** The end of reading the state, which begins now. */
  memory(): AbortSignal {
    return AbortSignal.timeout(this.#reserveMs);
  }

  /** The end of the check for stopped targets, which begins now. */
  stoppedCheck(): AbortSignal {
    return AbortSignal.timeout(Math.ceil(this.#reserveMs * STOPPED_CHECK_SHARE));
  }
}
