import type { DeliveryOutcome, RejectReason } from '../../model/delivery/event.ts';

/** One `write`, some of whose events are still on their way. */
export class PendingWrite {
  /** Resolves when the last event was accepted or rejected. */
  readonly outcome: Promise<DeliveryOutcome>;
  readonly #resolve: (outcome: DeliveryOutcome) => void;
  readonly #rejected = new Map<RejectReason, number>();
  #accepted = 0;
  #pending: number;

  constructor(events: number) {
    const { promise, resolve } = Promise.withResolvers<DeliveryOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#pending = events;
    this.#settle(0);
  }

  accept(): void {
    this.#accepted += 1;
    this.#settle(1);
  }

  reject(reason: RejectReason): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
    this.#settle(1);
  }

  #settle(events: number): void {
    this.#pending -= events;
    if (this.#pending === 0) {
      this.#resolve({ accepted: this.#accepted, rejected: this.#rejected });
    }
  }
}
