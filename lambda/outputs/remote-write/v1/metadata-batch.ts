import type { Batch } from '../../push/batch.ts';
import { snappy } from '../../wire/snappy.ts';
import { HEADERS_V1 } from './series-batch.ts';

/** A compressed `WriteRequest` with metadata only. */
export class MetadataBatch implements Batch {
  readonly samples = 0;
  readonly portions = [];
  readonly headers = HEADERS_V1;
  /** Encoded, as fields of the request. */
  readonly #entries: readonly Uint8Array[];
  readonly #block: Buffer;

  constructor(entries: readonly Uint8Array[]) {
    this.#entries = entries;
    this.#block = snappy(Buffer.concat(entries));
  }

  get bytes(): number {
    return this.#block.length;
  }

  body(): Buffer {
    return this.#block;
  }

  split(): readonly [MetadataBatch, MetadataBatch] | undefined {
    const middle = this.#entries.length >> 1;
    if (middle === 0) return undefined;
    return [
      new MetadataBatch(this.#entries.slice(0, middle)),
      new MetadataBatch(this.#entries.slice(middle)),
    ];
  }
}
