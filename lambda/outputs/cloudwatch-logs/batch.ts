import type { LogEvent } from '../../model/delivery/event.ts';
import type { SentEvent } from '../delivery/tally.ts';
import { EventsText, type Place } from './events-text.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_BATCH_SPAN_MS } from './limits.ts';

/** An event on its way, with its text. */
export interface NewEvent extends SentEvent {
  readonly event: LogEvent;
}

/** An event whose text is in its batch. */
interface BatchedEvent extends SentEvent, Place {
  readonly timestamp: number;
}

/** Events of one stream for one PutLogEvents. */
export class LogBatch {
  readonly group: string;
  readonly stream: string;
  readonly #events: BatchedEvent[] = [];
  readonly #text = new EventsText();
  #bytes = 0;
  #isSorted = true;

  constructor(group: string, stream: string) {
    this.group = group;
    this.stream = stream;
  }

  get bytes(): number {
    return this.#bytes;
  }

  hasRoomFor({ bytes }: Pick<SentEvent, 'bytes'>): boolean {
    return this.#bytes + bytes <= MAX_BATCH_BYTES && this.#events.length < MAX_BATCH_EVENTS;
  }

  add({ event: { timestamp, message, metrics }, bytes, write }: NewEvent): void {
    const last = this.#events.at(-1);
    if (last !== undefined && timestamp < last.timestamp) this.#isSorted = false;
    const { start, end } = this.#text.add(timestamp, message);
    this.#events.push({ event: { metrics }, bytes, write, timestamp, start, end });
    this.#bytes += bytes;
  }

  /** In the chronological order that PutLogEvents requires; events of the same time keep their order. */
  events(): readonly BatchedEvent[] {
    if (!this.#isSorted) this.#events.sort((a, b) => a.timestamp - b.timestamp);
    this.#isSorted = true;
    return this.#events;
  }

  /** The body of the request: JSON, with the events in their order. */
  body(): Buffer {
    return this.#text.body(this.group, this.stream, this.events());
  }
}

/** The open batches: one for each stream and day. */
export class LogBatches {
  readonly #open = new Map<string, LogBatch>();

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Adds an event within the size limit. Returns the batch without room for it, which the caller must send. */
  add(sent: NewEvent): LogBatch | undefined {
    const { logGroup, logStream, timestamp } = sent.event;
    // Times of one day are less than a day apart, in any order.
    const day = Math.floor(timestamp / MAX_BATCH_SPAN_MS);
    const key = `${logGroup}\0${logStream}\0${day}`;
    const open = this.#open.get(key);
    if (open?.hasRoomFor(sent)) {
      open.add(sent);
      return undefined;
    }
    const batch = new LogBatch(logGroup, logStream);
    batch.add(sent);
    this.#open.set(key, batch);
    return open;
  }

  /** Returns every batch, however small. */
  takeAll(): LogBatch[] {
    const batches = [...this.#open.values()];
    this.#open.clear();
    return batches;
  }
}
