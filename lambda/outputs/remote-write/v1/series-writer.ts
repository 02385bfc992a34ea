import type { Series } from '../../../model/samples/sample.ts';
import type { Portion } from '../../push/batch.ts';
import { ProtobufWriter, varintBytes } from '../../wire/protobuf-writer.ts';
import { SnappyWriter } from '../../wire/snappy-writer.ts';
import { writeExemplar } from '../encoding/exemplar.ts';
import type { FamilyTexts } from '../encoding/family-texts.ts';
import type { LabelWriter } from '../encoding/label-writer.ts';
import type { SeriesWriter, TimedExemplar } from '../encoding/series-writer.ts';
import { TIMESERIES } from '../encoding/v1-fields.ts';
import { SeriesBatch } from './series-batch.ts';

/** Messages have the wire type 2. */
const TIMESERIES_TAG = (TIMESERIES << 3) | 2;

/** Writes the series of `prometheus.WriteRequest`, each with its labels. */
export class SeriesWriterV1 implements SeriesWriter {
  readonly block = new SnappyWriter();
  readonly hasStarts = false;
  /** The exemplars of the current series. */
  readonly #tail = new ProtobufWriter();
  /** Of the series before: the block with its tag and length, the position there, and the length. */
  #block = 0;
  #at = 0;
  #size = 0;

  get length(): number {
    return this.block.length;
  }

  begin(
    labels: LabelWriter,
    samplesSize: number,
    _series: Series,
    _texts: FamilyTexts,
    exemplars: readonly TimedExemplar[],
  ): void {
    const writer = this.block;
    this.#tail.truncate(0);
    for (const exemplar of exemplars) writeExemplar(this.#tail, exemplar);
    const size = labels.size + samplesSize + this.#tail.length;
    const { block, length: at } = writer;
    if (block === this.#block && size === this.#size) {
      writer.repeat(this.#at, 1 + varintBytes(size));
    } else {
      writer.varint(TIMESERIES_TAG);
      writer.varint(size);
    }
    this.#block = block;
    this.#at = at;
    this.#size = size;
    labels.write(writer);
  }

  end(): void {
    if (this.#tail.length > 0) this.block.bytes(this.#tail.bytes());
  }

  take(portions: readonly Portion[]): SeriesBatch {
    return new SeriesBatch(this.block.take(), portions);
  }
}
