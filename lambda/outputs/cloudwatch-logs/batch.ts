import type { SentEvent } from '../delivery/tally.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_BATCH_SPAN_MS } from './limits.ts';

/** Events of one stream that go out in one PutLogEvents. */
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

  /** In the chronological order that PutLogEvents asks for; events of the same time stay as they came. */
  events(): readonly SentEvent[] {
    return this.#events.sort((a, b) => a.event.timestamp - b.event.timestamp);
  }
}

/** The batches that are being filled: one for each stream and day. */
export class LogBatches {
  readonly #open = new Map<string, LogBatch>();

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Adds an event that is no larger than an event may be. Returns the batch that had no room for it, to be sent. */
  add(sent: SentEvent): LogBatch | undefined {
    const { logGroup, logStream, timestamp } = sent.event;
    // Times of one day are less than a day apart, whatever the order in which they come.
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

  /** Hands out every batch, however little is in it. */
  takeAll(): LogBatch[] {
    const batches = [...this.#open.values()];
    this.#open.clear();
    return batches;
  }
}
