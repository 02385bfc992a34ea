const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const SEMICOLON = 0x3b;
const SPACE = 0x20;
const TAB = 0x09;

/** Hexadecimal digits of the size of a chunk: no body has 16^12 bytes. */
const MAX_SIZE_DIGITS = 12;

/** Most bytes of lines between chunks that the data of the chunks does not outweigh; as in Go's client. */
const MAX_EXCESS_BYTES = 16 * 1024;

/** Bytes of a chunk's line that do not count; as in Go's client. */
const USUAL_LINE_BYTES = 16;

/** The state after the added bytes: the body goes on, or it ends after one of them, or a text of the expected bytes. */
export type ChunkOutcome = 'more' | 'end' | { readonly expected: string };

/**
 * Reads a body that comes in chunks:
 *
 *     body    = *chunk 1*"0" [ extension ] line-end *( trailer line-end ) line-end
 *     chunk   = size [ extension ] line-end data line-end         (size: hexadecimal; extension: from ";" on)
 *
 * A line ends with a line feed, with or without a carriage return. No text is made of anything: a body of a million chunks costs
 * little more than its bytes.
 */
export class ChunkReader {
  #place: 'size' | 'extension' | 'data' | 'after data' | 'trailer' = 'size';
  /** Digits of the current size. */
  #digits = 0;
  /** Remaining bytes of the current chunk; while its size is read, the size so far. */
  #left = 0;
  /** Bytes of the current line. */
  #lineBytes = 0;
  #excess = 0;

  /** @param give receives the ranges of `bytes` that are data */
  add(
    bytes: Uint8Array,
    give: (bytes: Uint8Array, start: number, end: number) => void,
  ): ChunkOutcome {
    for (let at = 0; at < bytes.length; ) {
      if (this.#place === 'data') {
        const end = Math.min(bytes.length, at + this.#left);
        give(bytes, at, end);
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#place = 'after data';
        continue;
      }
      const byte = bytes[at++] ?? 0;
      this.#lineBytes++;
      if (byte === LINE_FEED) {
        const outcome = this.#endLine();
        if (outcome !== 'more') return outcome;
      } else if (!this.#take(byte)) {
        const what = this.#place === 'size' ? 'the size of a chunk' : 'the end of a chunk';
        return { expected: `${what}, got ${shown(bytes, at - 1)}` };
      } else if (this.#lineBytes > MAX_EXCESS_BYTES) {
        return { expected: `a line of at most ${MAX_EXCESS_BYTES} bytes between chunks, got more` };
      }
    }
    return 'more';
  }

  /** Takes a byte of a line. @returns whether the byte is valid there */
  #take(byte: number): boolean {
    if (this.#place === 'size') {
      const digit = hexDigit(byte);
      if (digit >= 0) {
        this.#left = this.#left * 16 + digit;
        return ++this.#digits <= MAX_SIZE_DIGITS;
      }
      if (byte === SEMICOLON) this.#place = 'extension';
      return byte === SEMICOLON || isBlank(byte);
    }
    return this.#place !== 'after data' || isBlank(byte);
  }

  #endLine(): ChunkOutcome {
    const length = this.#lineBytes;
    this.#lineBytes = 0;
    switch (this.#place) {
      case 'after data':
        this.#place = 'size';
        this.#left = 0;
        this.#digits = 0;
        return 'more';
      case 'trailer':
        // Only the line feed and a carriage return.
        return length <= 2 ? 'end' : this.#exceeds(length);
      default: {
        if (this.#digits === 0) return { expected: 'the size of a chunk, got an empty line' };
        this.#place = this.#left === 0 ? 'trailer' : 'data';
        return this.#exceeds(length - USUAL_LINE_BYTES - 2 * this.#left);
      }
    }
  }

  #exceeds(bytes: number): ChunkOutcome {
    this.#excess = Math.max(0, this.#excess + bytes);
    if (this.#excess <= MAX_EXCESS_BYTES) return 'more';
    return { expected: 'chunks of more data than lines around it, got the opposite' };
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN;
}

function shown(bytes: Uint8Array, start: number): string {
  return JSON.stringify(Buffer.from(bytes.subarray(start, start + 40)).toString('latin1'));
}
