import type { Batch, Portion } from '../../push/batch.ts';
import { cut, samplesOf } from '../../push/portions.ts';
import { readFields } from '../../wire/protobuf-reader.ts';
import { snappy } from '../../wire/snappy.ts';
import { readSnappy } from '../../wire/snappy-reader.ts';
import { SAMPLES } from '../encoding/v1-fields.ts';
import { EXEMPLARS, SYMBOLS, TIMESERIES } from '../encoding/v2-fields.ts';
import { SeriesBatch } from '../v1/series-batch.ts';
import { toVersion1 } from './version-1.ts';

/** https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#required-request-headers */
const HEADERS = {
  'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'x-prometheus-remote-write-version': '2.0.0',
};

/** A compressed `io.prometheus.write.v2.Request`: all symbols, then the `TimeSeries`. */
export class SymbolBatch implements Batch {
  readonly samples: number;
  readonly exemplars: number;
  readonly portions: readonly Portion[];
  readonly headers = HEADERS;
  readonly #block: Buffer;

  /** @param block a block of Snappy */
  constructor(block: Buffer, portions: readonly Portion[], exemplars: number) {
    this.#block = block;
    this.portions = portions;
    this.samples = samplesOf(portions);
    this.exemplars = exemplars;
  }

  get bytes(): number {
    return this.#block.length;
  }

  body(): Buffer {
    return this.#block;
  }

  /** Both halves have all symbols. Splits are rare, so the boundaries are computed only here. */
  split(): readonly [SymbolBatch, SymbolBatch] | undefined {
    const request = readSnappy(this.#block);
    const fields = readFields(request);
    const series = fields.filter(({ field }) => field === TIMESERIES).map(bytesOf);
    const half = series.slice(0, series.length >> 1);
    const last = half.at(-1);
    if (last === undefined) return undefined;
    const symbols = fields.filter(({ field }) => field === SYMBOLS).map(bytesOf);
    const symbolsEnd = endOf(symbols.at(-1) as Uint8Array, request);
    const middle = endOf(last, request);
    const exemplars = half.reduce((sum, one) => sum + countIn(one, EXEMPLARS), 0);
    const samples = half.reduce((sum, one) => sum + countIn(one, SAMPLES), 0);
    const [before, after] = cut(this.portions, samples);
    const rest = Buffer.concat([request.subarray(0, symbolsEnd), request.subarray(middle)]);
    return [
      new SymbolBatch(snappy(request.subarray(0, middle)), before, exemplars),
      new SymbolBatch(snappy(rest), after, this.exemplars - exemplars),
    ];
  }

  /** The same samples in version 1. */
  older(): SeriesBatch {
    return new SeriesBatch(snappy(toVersion1(readSnappy(this.#block))), this.portions);
  }
}

/** A message or a text is always bytes. */
function bytesOf({ value }: { readonly value: number | Uint8Array }): Uint8Array {
  return value as Uint8Array;
}

/** End of a field in the request that contains it. */
function endOf(field: Uint8Array, request: Uint8Array): number {
  return field.byteOffset + field.length - request.byteOffset;
}

function countIn(series: Uint8Array, number: number): number {
  return readFields(series).filter(({ field }) => field === number).length;
}
