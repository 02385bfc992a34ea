/** First bytes of a buffer, which doubles when it is full. */
const FIRST_BYTES = 8 * 1024;

/** Most bytes of an event's members beside its message: the names, and the digits of its time. */
const MAX_FRAME_BYTES = 64;

const COMMA = 0x2c;

/** Where an event is in the text: from `start` up to `end`. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * The events of a request as bytes of JSON, in one buffer. So the texts of events are garbage as soon as they are written,
 * and the SDK, which takes several times as long for it, has nothing to write.
 */
export class EventsText {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  add(timestamp: number, message: string): Place {
    const quoted = JSON.stringify(message);
    this.#reserve(Buffer.byteLength(quoted) + MAX_FRAME_BYTES);
    const start = this.#length;
    let at = start + this.#buffer.write(`{"timestamp":${timestamp},"message":`, start, 'latin1');
    at += this.#buffer.write(quoted, at);
    at += this.#buffer.write('}', at, 'latin1');
    this.#length = at;
    return { start, end: at };
  }

  /** The body of the request, with the events in this order. */
  body(group: string, stream: string, places: readonly Place[]): Buffer {
    const names = JSON.stringify({ logGroupName: group, logStreamName: stream });
    const head = Buffer.from(`${names.slice(0, -1)},"logEvents":[`);
    const body = Buffer.allocUnsafe(head.length + this.#length + places.length + 1);
    let at = head.copy(body);
    for (const [index, { start, end }] of places.entries()) {
      if (index > 0) at = body.writeUInt8(COMMA, at);
      at += this.#buffer.copy(body, at, start, end);
    }
    at += body.write(']}', at, 'latin1');
    return body.subarray(0, at);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
