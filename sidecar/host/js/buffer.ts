import { host } from './host.ts';
import type { Like } from './like.ts';

type Encoding = 'latin1' | 'utf8';

/** Bytes with the methods of Node.js that the sidecar calls. */
class Bytes extends Uint8Array implements Like<globalThis.Buffer, 'toString'> {
  override toString(encoding?: BufferEncoding, start = 0, end = this.length): string {
    const part = start === 0 && end >= this.length ? this : this.subarray(start, end);
    return host.decode(part, encoding === 'latin1');
  }

  override indexOf(value: string | number | Uint8Array, from = 0): number {
    if (typeof value === 'number') return super.indexOf(value, from);
    const needle = typeof value === 'string' ? host.encode(value, false) : value;
    const at = host.find(this.subarray(from), needle);
    return at < 0 ? at : at + from;
  }
}

export type Buffer = Bytes;

/** What the sidecar calls of it. */
export const Buffer = {
  alloc: (length: number): Buffer => new Bytes(length),

  /** A text or a copy of bytes. */
  from: (source: string | Uint8Array, encoding: Encoding = 'utf8'): Buffer =>
    new Bytes(typeof source === 'string' ? host.encode(source, encoding === 'latin1') : source),

  byteLength: (data: string | Uint8Array): number =>
    typeof data === 'string' ? host.byteLength(data) : data.length,

  concat(parts: readonly Uint8Array[]): Buffer {
    const whole = new Bytes(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  },
};
