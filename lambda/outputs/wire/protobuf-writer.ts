/**
 * Protocol Buffers, the writing half, for the few messages that are sent: https://protobuf.dev/programming-guides/encoding/
 *
 *     message = (tag value)*          tag = varint of (field number << 3 | wire type)
 *     value   = varint | 8 bytes | varint length, so many bytes | 4 bytes (not used here)
 *
 * It does not know a schema: what a field is called and whether it may be there is up to the caller.
 */

/** Wire types. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

const INITIAL_BYTES = 4096;

/** The longest varint: 64 bits, 7 in a byte. */
const MAX_VARINT_BYTES = 10;

/** Longest text for which a loop is faster than a call of the runtime. */
const SHORT_TEXT = 32;

/** Bytes up to which a loop is faster than a call of the runtime. */
const SHORT_COPY = 256;

/** Writes the fields of messages one after the other into a buffer that grows. */
export class ProtobufWriter {
  #buffer: Buffer<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** @param bytes first size of the buffer */
  constructor(bytes: number = INITIAL_BYTES) {
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
    this.#view = new DataView(this.#buffer.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** The written bytes: no copy, so they are valid only until the next write. */
  bytes(from = 0, to = this.#length): Uint8Array {
    // Not a Buffer, whose `slice` makes no copy.
    return new Uint8Array(this.#buffer.buffer, from, to - from);
  }

  /** Removes all bytes after the first `length`; no open message may begin there. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** `uint32`, `uint64`, `bool`, an enumeration, or a non-negative `int32` or `int64`. A safe integer. */
  unsigned(field: number, value: number): void {
    this.#reserve(2 * MAX_VARINT_BYTES);
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  /** `int64`. A safe integer. */
  int64(field: number, value: number): void {
    if (value >= 0) {
      this.unsigned(field, value);
      return;
    }
    this.#reserve(2 * MAX_VARINT_BYTES);
    this.#tag(field, VARINT);
    // Two's complement in 64 bits, which always takes ten bytes.
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let i = 1; i < MAX_VARINT_BYTES; i++) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
  }

  /** `double`. */
  double(field: number, value: number): void {
    this.#reserve(MAX_VARINT_BYTES + 8);
    this.#tag(field, FIXED64);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** `fixed64`, or the bits of a `double`. */
  fixed64(field: number, value: bigint): void {
    this.#reserve(MAX_VARINT_BYTES + 8);
    this.#tag(field, FIXED64);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  /** `string`. Invalid UTF-16 becomes U+FFFD. */
  string(field: number, text: string): void {
    const { length } = text;
    this.#reserve(2 * MAX_VARINT_BYTES + 3 * length);
    this.#tag(field, LENGTH_DELIMITED);
    if (length <= SHORT_TEXT && this.#shortAscii(text)) return;
    this.#varint(Buffer.byteLength(text));
    this.#length += this.#buffer.write(text, this.#length);
  }

  /** `repeated uint32`, packed. */
  packedVarints(field: number, values: readonly number[]): void {
    let size = 0;
    for (const value of values) size += varintBytes(value);
    this.message(field, size);
    this.varints(values);
  }

  /** Numbers alone, without a field. Non-negative safe integers. */
  varints(values: readonly number[]): void {
    this.#reserve(MAX_VARINT_BYTES * values.length);
    for (const value of values) this.#varint(value);
  }

  /** `repeated double`, packed. */
  packedDoubles(field: number, values: readonly number[]): void {
    this.#packed(field, values.length);
    for (const value of values) {
      this.#view.setFloat64(this.#length, value, true);
      this.#length += 8;
    }
  }

  /** `repeated fixed64`, packed. Non-negative safe integers. */
  packedFixed64(field: number, values: readonly number[]): void {
    this.#packed(field, values.length);
    for (const value of values) {
      this.#view.setUint32(this.#length, value % 2 ** 32, true);
      this.#view.setUint32(this.#length + 4, value / 2 ** 32, true);
      this.#length += 8;
    }
  }

  /** Fields that are already encoded. */
  raw(fields: Uint8Array, from = 0, to: number = fields.length): void {
    const size = to - from;
    this.#reserve(size);
    if (size <= SHORT_COPY) {
      const buffer = this.#buffer;
      let at = this.#length;
      for (let i = from; i < to; i++) buffer[at++] = fields[i] as number;
    } else {
      this.#buffer.set(
        from === 0 && to === fields.length ? fields : fields.subarray(from, to),
        this.#length,
      );
    }
    this.#length += size;
  }

  /** Begins an embedded message of a known size: the next bytes that are written. */
  message(field: number, size: number): void {
    this.#reserve(2 * MAX_VARINT_BYTES);
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(size);
  }

  /** Begins an embedded message. Its content is everything until `end`. @returns the argument of `end` */
  begin(field: number): number {
    this.#reserve(2 * MAX_VARINT_BYTES);
    this.#tag(field, LENGTH_DELIMITED);
    // One byte for the length, as most messages are short.
    this.#length += 1;
    return this.#length;
  }

  /** Ends the last open embedded message. */
  end(start: number): void {
    const size = this.#length - start;
    if (size < 0x80) {
      this.#buffer[start - 1] = size;
      return;
    }
    this.#reserve(MAX_VARINT_BYTES);
    const moved = varintBytes(size) - 1;
    this.#buffer.copyWithin(start + moved, start, this.#length);
    this.#length = start - 1;
    this.#varint(size);
    this.#length += size;
  }

  #tag(field: number, wireType: number): void {
    const tag = field * 8 + wireType;
    if (tag < 0x80) this.#buffer[this.#length++] = tag;
    else this.#varint(tag);
  }

  #varint(value: number): void {
    const buffer = this.#buffer;
    let at = this.#length;
    let rest = value;
    // Bit operations would cut a number beyond 32 bits.
    while (rest > 0x7fff_ffff) {
      buffer[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest > 0x7f) {
      buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.#length = at;
  }

  /** Length and characters of a text under 128 characters. `false`, without writing, if one is not ASCII. */
  #shortAscii(text: string): boolean {
    const buffer = this.#buffer;
    const { length } = text;
    let at = this.#length;
    buffer[at++] = length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      buffer[at++] = code;
    }
    this.#length = at;
    return true;
  }

  #packed(field: number, count: number): void {
    this.#reserve(2 * MAX_VARINT_BYTES + 8 * count);
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(8 * count);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Bytes of a number as a varint. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}
