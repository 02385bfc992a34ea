import { freeBytes } from './free.ts';

const FIRST_BYTES = 16 * 1024;

/** Below this number a loop is faster than a call to copy bytes. */
const FEW_BYTES = 16;

/** Collects bytes that arrive in parts, in one buffer that grows. */
export class ByteCollector {
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Bytes of memory. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /** The collected bytes, until the next `append`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Copies `bytes[start, end)`. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#buffer.length) this.#grow(length);
    if (end - start <= FEW_BYTES) {
      for (let at = start; at < end; at++) this.#buffer[this.#length++] = bytes[at] ?? 0;
      return;
    }
    this.#buffer.set(bytes.subarray(start, end), this.#length);
    this.#length = length;
  }

  /** Begins anew; an earlier result of `bytes` stays unchanged. */
  clear(): void {
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
  }

  #grow(length: number): void {
    const size = Math.max(length, FIRST_BYTES, Math.ceil(this.#buffer.length * 1.5));
    // Not from Node.js' pool, because a small part would keep the whole pool alive.
    const grown = Buffer.allocUnsafeSlow(size);
    grown.set(this.#buffer.subarray(0, this.#length));
    freeBytes(this.#buffer);
    this.#buffer = grown;
  }
}
