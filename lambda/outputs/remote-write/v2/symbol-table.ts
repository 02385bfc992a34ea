import { ProtobufWriter } from '../../wire/protobuf-writer.ts';
import { SYMBOLS } from '../encoding/v2-fields.ts';

/** The texts of one request, each once: what refers to one has its number. The empty text is the first. */
export class SymbolTable {
  readonly #encoder = new ProtobufWriter();
  readonly #refs = new Map<string, number>();

  constructor() {
    this.clear();
  }

  /** Bytes of all of them, as fields of the request. */
  get length(): number {
    return this.#encoder.length;
  }

  /** The number of a text, which is in the table from now on. */
  ref(text: string): number {
    const known = this.#refs.get(text);
    if (known !== undefined) return known;
    const ref = this.#refs.size;
    this.#refs.set(text, ref);
    this.#encoder.string(SYMBOLS, text);
    return ref;
  }

  /** The fields of the request: no copy, so they are good only until there are more. */
  bytes(): Uint8Array {
    return this.#encoder.bytes();
  }

  clear(): void {
    this.#encoder.truncate(0);
    this.#refs.clear();
    this.ref('');
  }
}
