import type { LogEvent } from '../../model/delivery/event.ts';
import type { SentEvent } from '../delivery/tally.ts';
import { type BufferPool, EventsText, type Place } from './events-text.ts';
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
  readonly #text: EventsText;
  #bytes = 0;
  #isSorted = true;

  constructor(group: string, stream: string, pool: BufferPool) {
    this.group = group;
    this.stream = stream;
    this.#text = new EventsText(group, stream, pool);
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
    return this.#isSorted
      ? this.#events
      : this.#events.toSorted((one, other) => one.timestamp - other.timestamp);
  }

  /** The body of the request: JSON, with the events in their order. */
  body(): Buffer {
    return this.#text.body(this.#isSorted ? undefined : this.events());
  }

  /** Frees the memory of the body, when nothing reads it any more. */
  release(): void {
    this.#text.release();
  }
}

/** The open batches: one for each stream and day. */
export class LogBatches {
  readonly #open = new Map<string, LogBatch>();
  readonly #pool: BufferPool;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

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
    const batch = new LogBatch(logGroup, logStream, this.#pool);
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
