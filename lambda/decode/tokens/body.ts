import { isAscii, isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;

/** V8 copies slices up to this length; a longer one keeps the text alive that it was cut from. */
const LONGEST_COPIED_SLICE = 12;

/** Bytes that are decoded at once, to cut slices from: tens of them for the price of two calls. */
const WINDOW_LENGTH = 2048;

/**
 * The bytes of one exposition. Its structure is read from the bytes; only kept parts become texts, because making a
 * short text takes as long as comparing hundreds of bytes.
 */
export class ExpositionBody {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** Over the same bytes, to compare four of them at a time. */
  readonly view: DataView;
  /** Whether the last line has its newline; `bytes` always ends with one. */
  readonly terminated: boolean;
  private readonly buffer: Buffer;
  private window = '';
  private windowStart = 0;
  private readonly encoding: 'latin1' | 'utf8';
  /** Whether all of it is UTF-8, so that no part needs a check. */
  private readonly isUtf8: boolean;

  constructor(body: Buffer) {
    const ascii = isAscii(body);
    this.isUtf8 = ascii || isUtf8(body);
    this.encoding = ascii ? 'latin1' : 'utf8';
    this.terminated = body.length === 0 || body[body.length - 1] === NEWLINE;
    this.buffer = this.terminated ? body : Buffer.concat([body, Buffer.of(NEWLINE)]);
    const { buffer, byteOffset, length } = this.buffer;
    this.length = length;
    this.bytes = new Uint8Array(buffer, byteOffset, length);
    this.view = new DataView(buffer, byteOffset, length);
  }

  /** An independent text, which does not keep the whole body alive. */
  text(start: number, end: number): string {
    if (end - start > LONGEST_COPIED_SLICE || !this.isAscii(start, end)) {
      return this.buffer.toString(this.encoding, start, end);
    }
    if (start < this.windowStart || end > this.windowStart + this.window.length) {
      this.windowStart = start;
      this.window = this.buffer.toString('latin1', start, start + WINDOW_LENGTH);
    }
    return this.window.slice(start - this.windowStart, end - this.windowStart);
  }

  /** Whether the bytes from `start` to `end` are UTF-8. */
  isText(start: number, end: number): boolean {
    return this.isUtf8 || isUtf8(this.bytes.subarray(start, end));
  }

  private isAscii(start: number, end: number): boolean {
    if (this.encoding === 'latin1') return true;
    let all = 0;
    for (let at = start; at < end; at++) all |= this.bytes[at] ?? 0;
    return all < 0x80;
  }

  /** Index of the newline that ends the line in which `at` lies. */
  lineEnd(at: number): number {
    return this.buffer.indexOf(NEWLINE, at);
  }
}
