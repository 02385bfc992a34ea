import type {
  Delivery,
  DeliveryReport,
  LogEvent,
  Output,
  RejectReason,
} from '../../lambda/model/event.ts';
import { eventBytes } from '../../lambda/model/event-size.ts';

/** An output that keeps in memory what it was offered. */
export interface RecordingOutput extends Output {
  /** All events that were offered, in their order, whatever became of them. */
  readonly events: LogEvent[];
  /** Those of them that were accepted. */
  readonly accepted: LogEvent[];
  /** Why an event is rejected; `undefined` accepts it. */
  reject: ((event: LogEvent) => RejectReason | undefined) | undefined;
}

/** Like CloudWatch Logs it answers only when the delivery is closed. */
export function recordingOutput(): RecordingOutput {
  const output: RecordingOutput = {
    name: 'recording',
    events: [],
    accepted: [],
    reject: undefined,
    open: () => new RecordingDelivery(output),
  };
  return output;
}

class RecordingDelivery implements Delivery {
  readonly #output: RecordingOutput;
  readonly #rejected = new Map<RejectReason, number>();
  readonly #accepted: LogEvent[] = [];
  readonly #closed = Promise.withResolvers<void>();

  constructor(output: RecordingOutput) {
    this.#output = output;
  }

  async write(events: readonly LogEvent[]) {
    const rejected = new Map<RejectReason, number>();
    let accepted = 0;
    this.#output.events.push(...events);
    if (events.length > 0) await this.#closed.promise;
    for (const event of events) {
      const reason = this.#output.reject?.(event);
      if (reason === undefined) {
        accepted++;
        this.#accepted.push(event);
        this.#output.accepted.push(event);
      } else {
        rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
        this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
      }
    }
    return { accepted, rejected };
  }

  async ready(): Promise<void> {}

  async close(): Promise<DeliveryReport> {
    this.#closed.resolve();
    const events = this.#accepted;
    return {
      output: this.#output.name,
      events: events.length,
      metrics: events.reduce((sum, { metrics }) => sum + metrics, 0),
      bytes: events.reduce((sum, { message }) => sum + eventBytes(message), 0),
      requests: 1,
      rejected: Object.fromEntries(this.#rejected),
      errors: [],
    };
  }
}
