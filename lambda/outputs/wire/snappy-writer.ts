import type { Piece, Run } from './piece.ts';
import { snappyElements } from './snappy.ts';

/**
 * Snappy's block format, for a writer that knows its repetitions and so needs no search; `snappy.ts` has the grammar. A
 * known repetition takes a few bytes and no look at its content, which saves most of the work for the labels of a
 * million series.
 *
 * A copy may reach back over the whole block: the pieces of 64 KiB are a habit of Google's compressor, not of the
 * format.
 */

/** The longest offset of a copy with two bytes; a longer one takes four. */
const MIDDLE_OFFSET = 65_535;

/** Offsets and lengths of a copy's short form. */
const SHORT_OFFSET = 2_048;
const MIN_SHORT_COPY = 4;
const MAX_SHORT_COPY = 11;

/** Bytes of the longest copy, and of one that leaves at least four more bytes of a longer match. */
const MAX_COPY = 64;
const LESSER_COPY = 60;

/** Longest literal whose length is in its tag, and the number of length bytes that may follow a tag. */
const SHORT_LITERAL = 60;
const MAX_LENGTH_BYTES = 4;

/** A tag, or a varint of 32 bits and a bit to spare. */
const SMALL = 8;

/** Shortest repetition that is worth ending a literal. */
const MIN_REPEAT = 6;

const INITIAL_BYTES = 64 * 1024;

/** Bytes up to which a loop is faster than a call of the runtime. */
const SHORT_COPY = 64;

const NOTHING = new Uint8Array();

let blocks = 0;

/** Writes one block after the other. */
export class SnappyWriter {
  #output: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #view = new DataView(this.#output.buffer);
  /** Bytes of the block so far. */
  #end = 0;
  /** Position of the open literal's tag; -1 without one. */
  #literal = -1;
  /** Bytes of the open match, and its offset. */
  #matched = 0;
  #offset = 0;
  #length = 0;
  #block = ++blocks;

  /** Bytes in the block, before compression. */
  get length(): number {
    return this.#length;
  }

  /** Whether a literal is open: then a short repetition takes more bytes than writing it again. */
  get isInLiteral(): boolean {
    return this.#literal >= 0;
  }

  /** Identifies the block among all others. */
  get block(): number {
    return this.#block;
  }

  /** Writes a number from 0 to 2^31 - 1 as protobuf does. */
  varint(value: number): void {
    this.#open(SMALL);
    let end = this.#end;
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#output[end++] = (rest & 0x7f) | 0x80;
    this.#output[end++] = rest;
    this.#length += end - this.#end;
    this.#end = end;
  }

  /** Writes four bytes, the lowest first. */
  fixed32(value: number): void {
    this.#open(4);
    this.#view.setInt32(this.#end, value, true);
    this.#end += 4;
    this.#length += 4;
  }

  /** Writes bytes. */
  bytes(source: Uint8Array, from = 0, to = source.length): void {
    const size = to - from;
    if (size === 0) return;
    this.#open(size);
    if (size <= SHORT_COPY) {
      const output = this.#output;
      let end = this.#end;
      for (let i = from; i < to; i++) output[end++] = source[i] as number;
    } else {
      this.#output.set(source.subarray(from, to), this.#end);
    }
    this.#end += size;
    this.#length += size;
  }

  /**
   * Repeats bytes of the block.
   *
   * @param at their position before compression
   */
  repeat(at: number, size: number): void {
    const offset = this.#length - at;
    if (offset !== this.#offset || this.#matched === 0) {
      this.#close();
      this.#offset = offset;
    }
    this.#matched += size;
    this.#length += size;
  }

  /** Writes a piece, as a repetition if possible. */
  piece(piece: Piece): void {
    const { from, to, at } = piece;
    piece.at = this.#length;
    if (piece.block === this.#block) {
      this.repeat(at, to - from);
      return;
    }
    piece.block = this.#block;
    this.#new(piece);
  }

  /** Writes a run, as one repetition if possible. */
  run(run: Run): void {
    const { size, at } = run;
    run.at = this.#length;
    if (run.block === this.#block) {
      this.repeat(at, size);
      return;
    }
    run.block = this.#block;
    for (const piece of run.pieces) this.piece(piece);
  }

  /**
   * Ends the block and begins another.
   *
   * @param before bytes to put first into the block. @default none
   * @returns the block
   */
  take(before: Uint8Array = NOTHING): Buffer {
    this.#close();
    const elements = before.length === 0 ? before : snappyElements(before);
    const length = before.length + this.#length;
    const block = Buffer.allocUnsafeSlow(lengthBytes(length) + elements.length + this.#end);
    let at = 0;
    let rest = length;
    for (; rest > 0x7f; rest >>>= 7) block[at++] = (rest & 0x7f) | 0x80;
    block[at++] = rest;
    block.set(elements, at);
    this.#output.copy(block, at + elements.length, 0, this.#end);
    this.#end = 0;
    this.#length = 0;
    this.#block = ++blocks;
    return block;
  }

  /** Writes a piece that is new in the block, perhaps by its model. */
  #new({ source, from, to, model, first, second, third }: Piece): void {
    let next = 0;
    if (model?.block === this.#block) {
      const same = [
        { start: 0, end: first },
        { start: first + 1, end: second },
        { start: second + 1, end: third },
      ];
      for (const { start, end } of same) {
        if (end - start < MIN_REPEAT) continue;
        this.bytes(source, from + next, from + start);
        this.repeat(model.at + start, end - start);
        next = end;
      }
    }
    this.bytes(source, from + next, to);
  }

  /** Opens a literal if none is open, and makes room for its bytes. */
  #open(size: number): void {
    if (this.#literal < 0) {
      this.#close();
      this.#literal = this.#end++;
    }
    this.#reserve(size);
  }

  /** Ends the open literal or match. */
  #close(): void {
    if (this.#literal >= 0) this.#closeLiteral();
    else if (this.#matched > 0) this.#writeCopies();
  }

  #closeLiteral(): void {
    const tag = this.#literal;
    this.#literal = -1;
    const from = tag + 1;
    const rest = this.#end - from - 1;
    if (rest < SHORT_LITERAL) {
      this.#output[tag] = rest << 2;
      return;
    }
    const bytes = rest < 0x100 ? 1 : rest < 0x1_0000 ? 2 : rest < 0x100_0000 ? 3 : MAX_LENGTH_BYTES;
    this.#output[tag] = (SHORT_LITERAL - 1 + bytes) << 2;
    this.#output.copyWithin(from + bytes, from, this.#end);
    for (let i = 0; i < bytes; i++) this.#output[from + i] = rest >>> (8 * i);
    this.#end += bytes;
  }

  /** Writes a match as one or more copies, none of the last ones shorter than necessary. */
  #writeCopies(): void {
    let rest = this.#matched;
    const offset = this.#offset;
    this.#matched = 0;
    this.#reserve(5 * Math.ceil(rest / LESSER_COPY));
    const output = this.#output;
    let end = this.#end;
    while (rest > 0) {
      let size = rest;
      if (rest >= MAX_COPY + MIN_SHORT_COPY) size = MAX_COPY;
      else if (rest > MAX_COPY) size = LESSER_COPY;
      rest -= size;
      if (size >= MIN_SHORT_COPY && size <= MAX_SHORT_COPY && offset < SHORT_OFFSET) {
        output[end++] = ((offset >>> 8) << 5) | ((size - MIN_SHORT_COPY) << 2) | 1;
        output[end++] = offset;
      } else if (offset <= MIDDLE_OFFSET) {
        output[end++] = ((size - 1) << 2) | 2;
        output[end++] = offset;
        output[end++] = offset >>> 8;
      } else {
        output[end++] = ((size - 1) << 2) | 3;
        output[end++] = offset;
        output[end++] = offset >>> 8;
        output[end++] = offset >>> 16;
        output[end++] = offset >>> 24;
      }
    }
    this.#end = end;
  }

  /** Includes room for the end of a literal and the beginning of the next. */
  #reserve(bytes: number): void {
    const needed = this.#end + bytes + SMALL;
    if (needed <= this.#output.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#output.length));
    this.#output.copy(grown, 0, 0, this.#end);
    this.#output = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Bytes of a length as a varint. */
function lengthBytes(length: number): number {
  let bytes = 1;
  for (let rest = length; rest > 0x7f; rest >>>= 7) bytes++;
  return bytes;
}
