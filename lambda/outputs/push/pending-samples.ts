import type { DeliveryOutcome, RejectReason } from '../../model/delivery/event.ts';

/** The samples of one `write`, some of which are still on their way. */
export class PendingSamples {
  /** Resolves when the last sample was accepted or rejected. */
  readonly outcome: Promise<DeliveryOutcome>;
  readonly #resolve: (outcome: DeliveryOutcome) => void;
  readonly #rejected = new Map<RejectReason, number>();
  #accepted = 0;
  #pending = 0;
  #sealed = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<DeliveryOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
  }

  /** Adds samples that are on their way. */
  add(samples: number): void {
    this.#pending += samples;
  }

  /** Call it when all samples are added. */
  seal(): void {
    this.#sealed = true;
    this.#settle(0);
  }

  accept(samples: number): void {
    this.#accepted += samples;
    this.#settle(samples);
  }

  reject(reason: RejectReason, samples: number): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + samples);
    this.#settle(samples);
  }

  #settle(samples: number): void {
    this.#pending -= samples;
    if (this.#sealed && this.#pending === 0) {
      this.#resolve({ accepted: this.#accepted, rejected: this.#rejected });
    }
  }
}
