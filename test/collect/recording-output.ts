import type {
  Delivery,
  DeliveryOutcome,
  DeliveryReport,
  LogEvent,
  Output,
  RejectReason,
} from '../../lambda/model/delivery/event.ts';
import { eventBytes } from '../../lambda/model/delivery/event-size.ts';

/** An output that keeps in memory what it was offered. */
export interface RecordingOutput extends Output {
  /** All events that were offered, in their order, whatever became of them. */
  readonly events: LogEvent[];
  /** Those of them that were accepted. */
  readonly accepted: LogEvent[];
  /** Why an event is rejected; `undefined` accepts it. */
  reject: ((event: LogEvent) => RejectReason | undefined) | undefined;
  /** Whether the last delivery was closed after its deadline. */
  closedLate: boolean | undefined;
}

/** Like CloudWatch Logs with a batch that is not full, it answers only when the delivery is closed. */
export function recordingOutput(name = 'recording'): RecordingOutput {
  const output: RecordingOutput = {
    name,
    events: [],
    accepted: [],
    reject: undefined,
    closedLate: undefined,
    open: (signal) => new RecordingDelivery(output, signal),
  };
  return output;
}

class RecordingDelivery implements Delivery {
  readonly #output: RecordingOutput;
  readonly #signal: AbortSignal;
  readonly #writes: { events: readonly LogEvent[]; settle(outcome: DeliveryOutcome): void }[] = [];

  constructor(output: RecordingOutput, signal: AbortSignal) {
    this.#output = output;
    this.#signal = signal;
  }

  async write(events: readonly LogEvent[]): Promise<DeliveryOutcome> {
    if (events.length === 0) return { accepted: 0, rejected: new Map() };
    for (const event of events) this.#output.events.push(event);
    const { promise, resolve } = Promise.withResolvers<DeliveryOutcome>();
    this.#writes.push({ events, settle: resolve });
    return promise;
  }

  async ready(): Promise<void> {}

  async close(): Promise<DeliveryReport> {
    this.#output.closedLate = this.#signal.aborted;
    const accepted: LogEvent[] = [];
    const rejected = new Map<RejectReason, number>();
    for (const { events, settle } of this.#writes) {
      const outcome = this.#outcomeOf(events);
      accepted.push(...outcome.accepted);
      for (const [reason, count] of outcome.rejected) {
        rejected.set(reason, (rejected.get(reason) ?? 0) + count);
      }
      settle({ accepted: outcome.accepted.length, rejected: outcome.rejected });
    }
    for (const event of accepted) this.#output.accepted.push(event);
    return {
      output: this.#output.name,
      events: accepted.length,
      metrics: accepted.reduce((sum, { metrics }) => sum + metrics, 0),
      bytes: accepted.reduce((sum, { message }) => sum + eventBytes(message), 0),
      requests: 1,
      rejected: Object.fromEntries(rejected),
      errors: [],
    };
  }

  #outcomeOf(events: readonly LogEvent[]) {
    const accepted: LogEvent[] = [];
    const rejected = new Map<RejectReason, number>();
    for (const event of events) {
      const reason = this.#output.reject?.(event);
      if (reason === undefined) accepted.push(event);
      else rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
    }
    return { accepted, rejected };
  }
}
