/** First size of a writer's buffers; each is as large as all before it, up to the largest size. */
const FIRST_BUFFER_BYTES = 64 * 1024;
const LARGEST_BUFFER_BYTES = 4 * 1024 * 1024;

/** Most UTF-8 bytes of a UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

/** Writes what `ByteReader` reads. Numbers are little-endian, as those of every machine that this runs on. */
export class ByteWriter {
  /** The full buffers, cut to what is in them: one buffer that doubles would be copied, and take three times the memory. */
  #full: Buffer[] = [];
  #fullBytes = 0;
  #buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES);
  #length = 0;

  /** Takes all bytes, and begins anew. */
  take(): Buffer {
    this.#end();
    const bytes = Buffer.concat(this.#full);
    this.#full = [];
    this.#fullBytes = 0;
    this.#buffer = Buffer.alloc(0);
    return bytes;
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
    if (this.#length + bytes <= this.#buffer.length) return;
    this.#end();
    const size = Math.max(FIRST_BUFFER_BYTES, Math.min(this.#fullBytes, LARGEST_BUFFER_BYTES));
    this.#buffer = Buffer.allocUnsafe(Math.max(bytes, size));
  }

  #end(): void {
    this.#full.push(this.#buffer.subarray(0, this.#length));
    this.#fullBytes += this.#length;
    this.#length = 0;
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
