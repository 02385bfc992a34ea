/** First size of a writer's buffer; it doubles when it is full. */
const INITIAL_BYTES = 64 * 1024;

/** Most UTF-8 bytes of a UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

/** Writes what `ByteReader` reads. Numbers are little-endian, as those of every machine that this runs on. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  count(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  text(value: string): void {
    this.#reserve(4 + MAX_BYTES_PER_UNIT * value.length);
    const bytes = this.#buffer.write(value, this.#length + 4);
    this.#buffer.writeUInt32LE(bytes, this.#length);
    this.#length += 4 + bytes;
  }

  block(bytes: Uint8Array): void {
    this.count(bytes.byteLength);
    this.#reserve(bytes.byteLength);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /** A time, or the absence of one. */
  time(value: number | undefined): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value ?? Number.NaN, this.#length);
  }

  numbers(values: Float64Array): void {
    this.#reserve(values.byteLength);
    this.#buffer.set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      this.#length,
    );
    this.#length += values.byteLength;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Reads the bytes of `ByteWriter`. Throws a RangeError if the bytes end too early. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  count(): number {
    return this.#take(4).readUInt32LE();
  }

  text(): string {
    return this.#take(this.count()).toString();
  }

  block(): Uint8Array {
    return new Uint8Array(this.#take(this.count()));
  }

  time(): number | undefined {
    const value = this.#take(8).readDoubleLE();
    return Number.isNaN(value) ? undefined : value;
  }

  numbers(count: number): Float64Array {
    const values = new Float64Array(count);
    new Uint8Array(values.buffer).set(this.#take(values.byteLength));
    return values;
  }

  #take(bytes: number): Buffer {
    const end = this.#at + bytes;
    if (end > this.#bytes.length) {
      throw new RangeError(`expected ${bytes} bytes at ${this.#at} of ${this.#bytes.length}`);
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
