import { ProtobufWriter } from '../../wire/protobuf-writer.ts';
import { SYMBOLS } from '../encoding/v2-fields.ts';

/** The texts of one request, each once, with a number as reference. The empty text is the first. */
export class SymbolTable {
  readonly #encoder = new ProtobufWriter();
  readonly #refs = new Map<string, number>();

  constructor() {
    this.clear();
  }

  /** Bytes of all texts, as fields of the request. */
  get length(): number {
    return this.#encoder.length;
  }

  /** The number of a text, which it adds to the table. */
  ref(text: string): number {
    const known = this.#refs.get(text);
    if (known !== undefined) return known;
    const ref = this.#refs.size;
    this.#refs.set(text, ref);
    this.#encoder.string(SYMBOLS, text);
    return ref;
  }

  /** The fields of the request: no copy, so they are valid only until the next text. */
  bytes(): Uint8Array {
    return this.#encoder.bytes();
  }

  clear(): void {
    this.#encoder.truncate(0);
    this.#refs.clear();
    this.ref('');
  }
}
