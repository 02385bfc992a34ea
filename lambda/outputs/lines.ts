import type { Writable } from 'node:stream';
import type {
  Delivery,
  DeliveryOutcome,
  DeliveryReport,
  LogEvent,
} from '../model/delivery/event.ts';
import { eventBytes } from '../model/delivery/event-size.ts';
import { Patience } from './delivery/patience.ts';
import { PendingWrite } from './delivery/pending-write.ts';
import { type Failure, type SentEvent, Tally } from './delivery/tally.ts';

export interface LineOptions {
  /** Limit of an event's size, as `eventBytes` counts it. @default none */
  readonly maxEventBytes?: number | undefined;
  /** As in `Output.open`. */
  readonly patienceMs?: number | undefined;
}

/**
 * A delivery of one line for each event: its message, which is JSON text. The lines of one `write` stay together. The
 * stream must have a listener for its errors.
 */
export class LineDelivery implements Delivery {
  readonly #name: string;
  readonly #stream: Writable;
  readonly #signal: AbortSignal;
  readonly #maxEventBytes: number;
  readonly #tally = new Tally();
  readonly #patience: Patience;
  readonly #pending = new Set<readonly SentEvent[]>();
  #writes = 0;
  #settled = Promise.withResolvers<void>();
  #report: Promise<DeliveryReport> | undefined;

  constructor(
    name: string,
    stream: Writable,
    signal: AbortSignal,
    { maxEventBytes = Infinity, patienceMs }: LineOptions = {},
  ) {
    this.#maxEventBytes = maxEventBytes;
    this.#patience = new Patience(patienceMs);
    this.#name = name;
    this.#stream = stream;
    this.#signal = signal;
    signal.addEventListener('abort', this.#giveUp);
  }

  write(events: readonly LogEvent[]): Promise<DeliveryOutcome> {
    if (this.#report !== undefined) throw new Error('Expected no write after close');
    const write = new PendingWrite(events.length);
    const sent = events
      .map((event) => ({ event, bytes: eventBytes(event.message), write }))
      .filter((each) => this.#fits(each));
    if (sent.length === 0) return write.outcome;
    if (this.#pending.size === 0) this.#patience.renew();
    const isStuck = this.#isFull && this.#patience.isOver;
    this.#pending.add(sent);
    if (isStuck) {
      const text = `${this.#name} ${this.#patience.reason}`;
      this.#settle(sent, { reason: 'unavailable', text });
      return write.outcome;
    }
    if (this.#signal.aborted) {
      this.#giveUp();
      return write.outcome;
    }
    this.#writes += 1;
    const lines = sent.map(({ event: { message } }) => `${message}\n`).join('');
    this.#stream.write(lines, (error) =>
      this.#answered(sent, error ? this.#failure(error) : undefined),
    );
    return write.outcome;
  }

  /** Waits only for the stream's buffer: an event is accepted when the operating system has it. */
  async ready(): Promise<void> {
    while (this.#isFull && !this.#patience.isOver) await this.#patience.wait(this.#settled.promise);
  }

  close(): Promise<DeliveryReport> {
    this.#report ??= this.#finish();
    return this.#report;
  }

  get #isFull(): boolean {
    return this.#pending.size > 0 && this.#stream.writableNeedDrain;
  }

  #fits(sent: SentEvent): boolean {
    if (sent.bytes <= this.#maxEventBytes) return true;
    const text = `An event for ${this.#name} has ${sent.bytes} bytes, expected at most ${this.#maxEventBytes}`;
    this.#tally.reject(sent, { reason: 'too_large', text });
    return false;
  }

  async #finish(): Promise<DeliveryReport> {
    while (this.#pending.size > 0) await this.#settled.promise;
    this.#signal.removeEventListener('abort', this.#giveUp);
    return this.#tally.report(this.#name, this.#writes);
  }

  #answered(sent: readonly SentEvent[], failure: Failure | undefined): void {
    this.#patience.renew();
    this.#settle(sent, failure);
  }

  /** Events after the deadline belong to a write that is already settled. */
  #settle(sent: readonly SentEvent[], failure: Failure | undefined): void {
    if (!this.#pending.delete(sent)) return;
    for (const event of sent) {
      if (failure === undefined) this.#tally.accept(event);
      else this.#tally.reject(event, failure);
    }
    this.#settled.resolve();
    this.#settled = Promise.withResolvers();
  }

  readonly #giveUp = (): void => {
    const text = `Writing to ${this.#name} did not end by the deadline`;
    for (const sent of this.#pending) this.#settle(sent, { reason: 'deadline', text });
  };

  #failure(error: Error): Failure {
    // The first error of the stream names the cause, such as a file that cannot be opened.
    const { message } = this.#stream.errored ?? error;
    return { reason: 'unavailable', text: `Writing to ${this.#name} failed. ${message}` };
  }
}
