import { type Piece, pieceOf } from '../../wire/piece.ts';
import { ProtobufWriter } from '../../wire/protobuf-writer.ts';
import type { SnappyWriter } from '../../wire/snappy-writer.ts';
import { SAMPLE_TIMESTAMP, SAMPLE_VALUE, SAMPLES } from './v1-fields.ts';
import { SAMPLE_START } from './v2-fields.ts';

/** Tags of the fields: those of messages have the wire type 2, those of eight bytes 1. */
const SAMPLE_TAG = (SAMPLES << 3) | 2;
const VALUE_TAG = (SAMPLE_VALUE << 3) | 1;

/** Tag and length of a sample and the tag of its value; the value itself; its first half. */
const HEAD_BYTES = 3;
const VALUE_BYTES = 8;
const HALF_BYTES = 4;

/** A value, as its two halves. */
interface Bits {
  readonly low: number;
  readonly high: number;
}

/**
 * The two values that are not a number, bit by bit: an ordinary NaN, and the staleness marker.
 * https://github.com/prometheus/prometheus/blob/main/model/value/value.go
 */
const NORMAL_NAN: Bits = { low: 1, high: 0x7ff8_0000 };
const STALE_NAN: Bits = { low: 2, high: 0x7ff0_0000 };

/** On x86 and Arm the low half comes first. */
const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** The time of samples, encoded as the last field of each, or with the start of their series as the last two. */
export type Time = Piece;

/**
 * Whether a time can be sent: an `int64` of milliseconds that a number represents exactly. These reach to the year
 * 287396; later times are a mistake.
 */
export function isTime(milliseconds: number): boolean {
  return Number.isSafeInteger(Math.trunc(milliseconds));
}

/** @param milliseconds an integer for which `isTime` holds, like `start`. @param start @default none */
export function timeOf(milliseconds: number, start?: number): Time {
  const encoder = new ProtobufWriter(32);
  encoder.int64(SAMPLE_TIMESTAMP, milliseconds);
  if (start !== undefined) encoder.int64(SAMPLE_START, start);
  return pieceOf(encoder.bytes(), 0, encoder.length);
}

/** Bytes of a sample in its series. */
export function sampleBytes(time: Time): number {
  return HEAD_BYTES + VALUE_BYTES + time.to - time.from;
}

/** Writes samples into series, and repeats equal parts of the sample before. */
export class SampleWriter {
  readonly #writer: SnappyWriter;
  /** Of the sample before: its block, its position, its bytes and its content. */
  #block = 0;
  #at = 0;
  #size = 0;
  #low = 0;
  #high = 0;
  #time: Time | undefined;

  constructor(writer: SnappyWriter) {
    this.#writer = writer;
  }

  write(value: number, time: Time): void {
    if (Number.isNaN(value)) {
      this.#bits(NORMAL_NAN.low, NORMAL_NAN.high, time);
      return;
    }
    double[0] = value;
    this.#bits(halves[0] as number, halves[1] as number, time);
  }

  /** Writes the marker of a series that ended. */
  writeStale(time: Time): void {
    this.#bits(STALE_NAN.low, STALE_NAN.high, time);
  }

  #bits(low: number, high: number, time: Time): void {
    const writer = this.#writer;
    const before = this.#at;
    const at = writer.length;
    const size = sampleBytes(time);
    const isAlike = writer.block === this.#block && size === this.#size;
    const isLow = isAlike && low === this.#low;
    const isSame = isLow && high === this.#high && time === this.#time;
    this.#block = writer.block;
    this.#at = at;
    this.#size = size;
    this.#low = low;
    this.#high = high;
    this.#time = time;
    if (isSame) {
      writer.repeat(before, size);
      time.at = at + HEAD_BYTES + VALUE_BYTES;
      return;
    }
    // The low half of a whole number is usually zero.
    if (isLow) {
      writer.repeat(before, HEAD_BYTES + HALF_BYTES);
    } else {
      if (isAlike && !writer.isInLiteral) writer.repeat(before, HEAD_BYTES);
      else this.#writeHead(size);
      writer.fixed32(low);
    }
    writer.fixed32(high);
    writer.piece(time);
  }

  #writeHead(size: number): void {
    this.#writer.varint(SAMPLE_TAG);
    // Without this tag and the length itself, which has one byte.
    this.#writer.varint(size - 2);
    this.#writer.varint(VALUE_TAG);
  }
}
