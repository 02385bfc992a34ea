import type { Series } from '../../../model/samples/sample.ts';
import type { Portion } from '../../push/batch.ts';
import { type Piece, pieceOf, type Run } from '../../wire/piece.ts';
import { ProtobufWriter, varintBytes } from '../../wire/protobuf-writer.ts';
import { SnappyWriter } from '../../wire/snappy-writer.ts';
import { sortedLabels } from '../encoding/exemplar.ts';
import type { FamilyTexts } from '../encoding/family-texts.ts';
import type { Between, LabelWriter } from '../encoding/label-writer.ts';
import type { SeriesWriter, TimedExemplar } from '../encoding/series-writer.ts';
import { EXEMPLAR_LABELS, EXEMPLAR_TIMESTAMP, EXEMPLAR_VALUE } from '../encoding/v1-fields.ts';
import { EXEMPLARS, LABELS_REFS, TIMESERIES } from '../encoding/v2-fields.ts';
import { MetadataTable } from './metadata-table.ts';
import { SymbolBatch } from './symbol-batch.ts';
import { SymbolTable } from './symbol-table.ts';

/** Messages and packed fields have the wire type 2. */
const TIMESERIES_TAG = (TIMESERIES << 3) | 2;
const LABELS_REFS_TAG = (LABELS_REFS << 3) | 2;

/** Bytes from which on a repetition is shorter: three bytes, and one to begin the next literal. */
const MIN_REPEAT = 6;

/**
 * Writes the series of `io.prometheus.write.v2.Request`: names and values of labels are numbers of texts, which come
 * once, before all series. As in version 1, repetitions are known: labels that many series share are written once.
 */
export class SeriesWriterV2 implements SeriesWriter {
  readonly block = new SnappyWriter();
  readonly hasStarts = true;
  readonly #symbols = new SymbolTable();
  readonly #metadata = new MetadataTable(this.#symbols);
  /** Numbers of the names and values of the labels in the request; the piece of a label has its index in these lists. */
  #names: number[] = [];
  #values: number[] = [];
  /** Bytes of the two numbers of each label. */
  #sizes: number[] = [];
  /** The numbers of consecutive labels; a run has its index in this list. */
  #runs: Piece[] = [];
  #exemplars = 0;
  /** The rest of the current series. */
  readonly #tail = new ProtobufWriter();
  #described: Piece | undefined;
  /** Of the series before: the block with its head, the position there, and its two lengths. */
  #headBlock = 0;
  #headAt = 0;
  #size = 0;
  #refsSize = 0;

  get length(): number {
    return this.#symbols.length + this.block.length;
  }

  begin(
    labels: LabelWriter,
    samplesSize: number,
    series: Series,
    texts: FamilyTexts,
    exemplars: readonly TimedExemplar[],
  ): void {
    this.#described = this.#metadata.of(series.origin ?? series, texts);
    this.#tail.truncate(0);
    for (const exemplar of exemplars) this.#exemplar(exemplar);
    this.#exemplars += exemplars.length;
    const { labels: own, between } = labels;
    const refsSize = this.#refsSizeOf(own, between);
    const tailSize = this.#tail.length + sizeOf(this.#described);
    const size = 1 + varintBytes(refsSize) + refsSize + samplesSize + tailSize;
    this.#head(size, refsSize);
    this.#refs(own, between);
  }

  end(): void {
    if (this.#tail.length > 0) this.block.bytes(this.#tail.bytes());
    if (this.#described !== undefined) this.block.piece(this.#described);
  }

  take(portions: readonly Portion[]): SymbolBatch {
    const block = this.block.take(this.#symbols.bytes());
    const exemplars = this.#exemplars;
    this.#symbols.clear();
    this.#metadata.clear();
    this.#names = [];
    this.#values = [];
    this.#sizes = [];
    this.#runs = [];
    this.#exemplars = 0;
    return new SymbolBatch(block, portions, exemplars);
  }

  #exemplar({ labels, value, time }: TimedExemplar): void {
    const exemplar = this.#tail.begin(EXEMPLARS);
    const refs = sortedLabels(labels).flatMap((label) =>
      label.map((text) => this.#symbols.ref(text)),
    );
    this.#tail.packedVarints(EXEMPLAR_LABELS, refs);
    this.#tail.double(EXEMPLAR_VALUE, value);
    this.#tail.int64(EXEMPLAR_TIMESTAMP, time);
    this.#tail.end(exemplar);
  }

  #head(size: number, refsSize: number): void {
    const writer = this.block;
    const { block, length: at } = writer;
    if (block === this.#headBlock && size === this.#size && refsSize === this.#refsSize) {
      writer.repeat(this.#headAt, 2 + varintBytes(size) + varintBytes(refsSize));
    } else {
      writer.varint(TIMESERIES_TAG);
      writer.varint(size);
      writer.varint(LABELS_REFS_TAG);
      writer.varint(refsSize);
    }
    this.#headBlock = block;
    this.#headAt = at;
    this.#size = size;
    this.#refsSize = refsSize;
  }

  #refsSizeOf(labels: readonly Piece[], between: Between): number {
    let size = 0;
    for (let i = 0; i < labels.length; i++) {
      size += this.#sizes[this.#indexOf(labels[i] as Piece)] as number;
    }
    for (let i = 0; i < between.length; i++) {
      const run = between[i];
      if (run !== undefined) size += sizeOf(this.#refsOf(run));
    }
    return size;
  }

  #refs(labels: readonly Piece[], between: Between): void {
    for (let i = 0; i < labels.length; i++) {
      const before = between[i];
      if (before !== undefined) this.#run(before);
      const { at } = labels[i] as Piece;
      this.block.varint(this.#names[at] as number);
      this.block.varint(this.#values[at] as number);
    }
    const after = between[labels.length];
    if (after !== undefined) this.#run(after);
  }

  #run(run: Run): void {
    const refs = this.#refsOf(run);
    if (sizeOf(refs) >= MIN_REPEAT) this.block.piece(refs);
    else this.block.bytes(refs.source);
  }

  /** Index of the numbers of a label. */
  #indexOf(label: Piece): number {
    const { block } = this.block;
    if (label.block === block) return label.at;
    label.block = block;
    label.at = this.#names.length;
    const name = this.#symbols.ref(label.name);
    const value = this.#symbols.ref(label.value);
    this.#names.push(name);
    this.#values.push(value);
    this.#sizes.push(varintBytes(name) + varintBytes(value));
    return label.at;
  }

  #refsOf(run: Run): Piece {
    const { block } = this.block;
    if (run.block === block) return this.#runs[run.at] as Piece;
    const refs: number[] = [];
    for (const label of run.pieces) {
      const at = this.#indexOf(label);
      refs.push(this.#names[at] as number, this.#values[at] as number);
    }
    const encoder = new ProtobufWriter(2 * refs.length);
    encoder.varints(refs);
    const made = pieceOf(encoder.bytes(), 0, encoder.length);
    run.block = block;
    run.at = this.#runs.length;
    this.#runs.push(made);
    return made;
  }
}

function sizeOf(piece: Piece | undefined): number {
  return piece === undefined ? 0 : piece.to - piece.from;
}
