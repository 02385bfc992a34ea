import type * as node from 'node:string_decoder';
import { host } from './host.ts';
import type { Like } from './like.ts';

/** UTF-8 that comes in pieces, in which a character may be cut anywhere. */
export class StringDecoder implements Like<node.StringDecoder, 'end'> {
  #begun = new Uint8Array(0);

  write(bytes: Uint8Array): string {
    const all = this.#begun.length === 0 ? bytes : join(this.#begun, bytes);
    const length = host.completeLength(all);
    this.#begun = all.slice(length);
    return host.decode(length === all.length ? all : all.subarray(0, length), false);
  }

  /** What is left is no whole character. */
  end(): string {
    const text = host.decode(this.#begun, false);
    this.#begun = new Uint8Array(0);
    return text;
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
