import type { Batch, Portion } from '../../push/batch.ts';
import { cut, samplesOf } from '../../push/portions.ts';
import { type ReadField, readFields } from '../../wire/protobuf-reader.ts';
import { snappy } from '../../wire/snappy.ts';
import { readSnappy } from '../../wire/snappy-reader.ts';
import { SAMPLES } from '../encoding/v1-fields.ts';

/** https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol */
export const HEADERS_V1 = {
  'content-type': 'application/x-protobuf',
  'x-prometheus-remote-write-version': '0.1.0',
};

/** A compressed `WriteRequest`. It consists of `TimeSeries` only, so each part of it is a request, too. */
export class SeriesBatch implements Batch {
  readonly samples: number;
  readonly portions: readonly Portion[];
  readonly headers = HEADERS_V1;
  readonly #block: Buffer;

  /** @param block a block of Snappy */
  constructor(block: Buffer, portions: readonly Portion[]) {
    this.#block = block;
    this.portions = portions;
    this.samples = samplesOf(portions);
  }

  get bytes(): number {
    return this.#block.length;
  }

  body(): Buffer {
    return this.#block;
  }

  /** Splits are rare, so the boundaries are computed only here. */
  split(): readonly [Batch, Batch] | undefined {
    const request = readSnappy(this.#block);
    const series = readFields(request).map(bytesOf);
    const half = series.slice(0, series.length >> 1);
    const last = half.at(-1);
    if (last === undefined) return undefined;
    const middle = last.byteOffset + last.length - request.byteOffset;
    const samples = half.reduce((sum, one) => sum + samplesIn(one), 0);
    const [before, after] = cut(this.portions, samples);
    return [
      new SeriesBatch(snappy(request.subarray(0, middle)), before),
      new SeriesBatch(snappy(request.subarray(middle)), after),
    ];
  }
}

/** A message is always bytes. */
function bytesOf({ value }: ReadField): Uint8Array {
  return value as Uint8Array;
}

function samplesIn(series: Uint8Array): number {
  return readFields(series).filter(({ field }) => field === SAMPLES).length;
}
