import type { SentEvent } from '../delivery/tally.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_BATCH_SPAN_MS } from './limits.ts';

/** Events of one stream for one PutLogEvents. */
export class LogBatch {
  readonly group: string;
  readonly stream: string;
  readonly #events: SentEvent[] = [];
  #bytes = 0;

  constructor(group: string, stream: string) {
    this.group = group;
    this.stream = stream;
  }

  get bytes(): number {
    return this.#bytes;
  }

  hasRoomFor({ bytes }: SentEvent): boolean {
    return this.#bytes + bytes <= MAX_BATCH_BYTES && this.#events.length < MAX_BATCH_EVENTS;
  }

  add(sent: SentEvent): void {
    this.#events.push(sent);
    this.#bytes += sent.bytes;
  }

  /** In the chronological order that PutLogEvents requires; events of the same time keep their order. */
  events(): readonly SentEvent[] {
    return this.#events.sort((a, b) => a.event.timestamp - b.event.timestamp);
  }
}

/** The open batches: one for each stream and day. */
export class LogBatches {
  readonly #open = new Map<string, LogBatch>();

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Adds an event within the size limit. Returns the batch without room for it, which the caller must send. */
  add(sent: SentEvent): LogBatch | undefined {
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
