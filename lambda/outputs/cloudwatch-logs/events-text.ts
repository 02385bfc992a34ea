/** First bytes of a buffer, which doubles when it is full, up to the size of the pool's. */
const FIRST_BYTES = 8 * 1024;
const LARGEST_OWN_BYTES = 128 * 1024;

/** Of the pool's buffers: enough for a full batch, whose quotes take a backslash each. */
const POOLED_BYTES = 1_400_000;

/** Buffers that wait for their next use: as many as there are requests at the same time. */
const MAX_WAITING = 4;

/** Most bytes of an event's members beside its message: the names, and the digits of its time. */
const MAX_FRAME_BYTES = 64;

/** Most UTF-8 bytes of a UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

const COMMA = 0x2c;
const END = ']}';

/** Buffers for full batches, used again and again: as garbage they would make V8 collect its whole heap. */
export class BufferPool {
  readonly #waiting: Buffer[] = [];

  take(): Buffer {
    return this.#waiting.pop() ?? Buffer.allocUnsafe(POOLED_BYTES);
  }

  /** Only for a buffer that nothing reads any more. */
  give(buffer: Buffer): void {
    if (buffer.length === POOLED_BYTES && this.#waiting.length < MAX_WAITING) {
      this.#waiting.push(buffer);
    }
  }
}

/** Where an event is in the text: from `start` up to `end`. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * The body of a request as bytes of JSON, in one buffer. So the texts of events are garbage as soon as they are written,
 * and the SDK, which takes several times as long for it, has nothing to write.
 */
export class EventsText {
  readonly #pool: BufferPool;
  readonly #headBytes: number;
  #buffer: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length: number;

  /**
   * @param group of at most 512 characters, as the stream
   */
  constructor(group: string, stream: string, pool: BufferPool) {
    this.#pool = pool;
    const names = JSON.stringify({ logGroupName: group, logStreamName: stream });
    this.#headBytes = this.#buffer.write(`${names.slice(0, -1)},"logEvents":[`);
    this.#length = this.#headBytes;
  }

  add(timestamp: number, message: string): Place {
    const quoted = JSON.stringify(message);
    this.#reserve(quoted);
    if (this.#length > this.#headBytes) this.#length = this.#buffer.writeUInt8(COMMA, this.#length);
    const start = this.#length;
    this.#length += this.#buffer.write(`{"timestamp":${timestamp},"message":${quoted}}`, start);
    return { start, end: this.#length };
  }

  /**
   * The whole body.
   *
   * @param places of all events in their order. @default that in which they were added
   */
  body(places?: readonly Place[]): Buffer {
    if (places === undefined) {
      const end = this.#buffer.write(END, this.#length, 'latin1') + this.#length;
      return this.#buffer.subarray(0, end);
    }
    const body = Buffer.allocUnsafe(this.#length + END.length);
    let at = this.#buffer.copy(body, 0, 0, this.#headBytes);
    for (const [index, { start, end }] of places.entries()) {
      if (index > 0) at = body.writeUInt8(COMMA, at);
      at += this.#buffer.copy(body, at, start, end);
    }
    body.write(END, at, 'latin1');
    return body;
  }

  /** Gives the buffer back, when nothing reads a body any more. */
  release(): void {
    this.#pool.give(this.#buffer);
    this.#buffer = Buffer.alloc(0);
  }

  #reserve(quoted: string): void {
    const most = this.#length + MAX_BYTES_PER_UNIT * quoted.length + MAX_FRAME_BYTES;
    if (most <= this.#buffer.length) return;
    const needed = this.#length + Buffer.byteLength(quoted) + MAX_FRAME_BYTES;
    if (needed <= this.#buffer.length) return;
    const larger = this.#larger(needed);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }

  #larger(needed: number): Buffer {
    const doubled = Math.max(needed, 2 * this.#buffer.length);
    if (doubled <= LARGEST_OWN_BYTES || needed > POOLED_BYTES) return Buffer.allocUnsafe(doubled);
    return this.#pool.take();
  }
}
