import type { DeliveryReport, LogEvent, RejectReason } from '../../model/delivery/event.ts';
import type { PendingWrite } from './pending-write.ts';

/** An event on its way. */
export interface SentEvent {
  readonly event: Pick<LogEvent, 'metrics'>;
  /** Bytes as CloudWatch Logs counts them. */
  readonly bytes: number;
  readonly write: PendingWrite;
}

/** The reason why events were rejected. */
export interface Failure {
  readonly reason: RejectReason;
  /** For the log. */
  readonly text: string;
}

/** Counts the accepted and rejected events of a delivery, for each write and for the report. */
export class Tally {
  readonly #rejected: Partial<Record<RejectReason, number>> = {};
  readonly #errors = new Set<string>();
  #events = 0;
  #metrics = 0;
  #bytes = 0;

  accept({ event, bytes, write }: SentEvent): void {
    this.#events += 1;
    this.#metrics += event.metrics;
    this.#bytes += bytes;
    write.accept();
  }

  reject({ write }: Pick<SentEvent, 'write'>, { reason, text }: Failure): void {
    this.#rejected[reason] = (this.#rejected[reason] ?? 0) + 1;
    this.#errors.add(text);
    write.reject(reason);
  }

  /** Notes an error that did not affect any event. */
  note(text: string): void {
    this.#errors.add(text);
  }

  report(output: string, requests: number): DeliveryReport {
    return {
      output,
      events: this.#events,
      metrics: this.#metrics,
      bytes: this.#bytes,
      requests,
      rejected: { ...this.#rejected },
      errors: [...this.#errors],
    };
  }
}
