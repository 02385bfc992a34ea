/**
 * Snappy's block format, the compressing half, which Node.js does not have:
 * https://github.com/google/snappy/blob/main/format_description.txt
 *
 *     block   = varint length of the original, element*
 *     literal = tag (length - 1) << 2 | 0, or 60..63 << 2 and 1 to 4 bytes of length - 1; the bytes themselves
 *     copy    = tag offset bits 8-10, (length - 4) << 2 | 1; offset bits 0-7     lengths 4-11, offsets below 2048
 *             | tag (length - 1) << 2 | 2; two bytes of offset                   lengths 1-64, offsets below 65536
 *             | tag (length - 1) << 2 | 3; four bytes of offset (not used here)  lengths 1-64
 *
 * As in Google's own compressor the input is cut into pieces of 64 KiB that know nothing of each other, so that two bytes
 * are enough for any offset, and a place is looked for by a hash of its next four bytes.
 */

/** Bytes that are compressed as one. */
const PIECE_BYTES = 65_536;

/** Shortest match. */
const MIN_MATCH = 4;

/** The end of a piece is not searched, so that reads of four bytes stay inside. */
const MARGIN = 15;

const HASH_BITS = 14;

/** Knuth's multiplicative hash spreads the four bytes over the upper bits. */
const HASH_MULTIPLIER = 0x1e35_a7bd;

/** After this many misses (as a power of two) the search tries only every second position, and so on. */
const SKIP_SHIFT = 5;

/** One table for all calls; it is cleared for each piece. */
const table = new Uint16Array(1 << HASH_BITS);

/** Holds a block until its length is known. */
let scratch = Buffer.alloc(0);

/** The largest possible block: for input without any repetition, the length and a tag every 64 KiB. */
export function maxSnappyBytes(length: number): number {
  return 32 + length + Math.ceil(length / 6);
}

/** Compresses bytes into one block. */
export function snappy(input: Uint8Array): Buffer {
  return Buffer.from(compressed(input, true));
}

/** Compresses bytes into elements, which may follow others in a block. */
export function snappyElements(input: Uint8Array): Buffer {
  return Buffer.from(compressed(input, false));
}

/** Compresses bytes into a buffer that the next call uses again. @param isBlock whether the length comes first */
function compressed(input: Uint8Array, isBlock: boolean): Buffer {
  const needed = maxSnappyBytes(input.length);
  if (scratch.length < needed) scratch = Buffer.allocUnsafeSlow(needed);
  let at = isBlock ? writeLength(scratch, input.length) : 0;
  for (let start = 0; start < input.length; start += PIECE_BYTES) {
    at = compress(input, start, Math.min(start + PIECE_BYTES, input.length), scratch, at);
  }
  return scratch.subarray(0, at);
}

function writeLength(output: Buffer, length: number): number {
  let at = 0;
  let rest = length;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) output[at++] = (rest % 0x80) | 0x80;
  output[at++] = rest;
  return at;
}

/** Appends the elements of one piece to `output` from `at` on. @returns their end */
function compress(
  input: Uint8Array,
  start: number,
  end: number,
  output: Buffer,
  at: number,
): number {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const limit = end - MARGIN;
  let out = at;
  // The bytes from here to the current position are not written yet.
  let pending = start;
  let place = start + 1;
  let misses = 1 << SKIP_SHIFT;
  table.fill(0);
  while (place < limit) {
    const four = view.getInt32(place, true);
    const slot = hash(four);
    const candidate = start + (table[slot] as number);
    table[slot] = place - start;
    if (view.getInt32(candidate, true) !== four) {
      place += misses++ >>> SKIP_SHIFT;
      continue;
    }
    out = writeLiteral(input, pending, place, output, out);
    const matched = place;
    place = endOfMatch(view, candidate + MIN_MATCH, place + MIN_MATCH, end);
    out = writeCopies(matched - candidate, place - matched, output, out);
    pending = place;
    misses = 1 << SKIP_SHIFT;
    // Makes the last bytes of the match available for the next search.
    if (place < limit) table[hash(view.getInt32(place - 1, true))] = place - 1 - start;
  }
  return writeLiteral(input, pending, end, output, out);
}

function hash(four: number): number {
  return Math.imul(four, HASH_MULTIPLIER) >>> (32 - HASH_BITS);
}

/** The end of the match between two positions, the later of which is `place`. */
function endOfMatch(view: DataView, candidate: number, place: number, end: number): number {
  let from = candidate;
  let to = place;
  while (to <= end - 4 && view.getInt32(from, true) === view.getInt32(to, true)) {
    from += 4;
    to += 4;
  }
  while (to < end && view.getUint8(from) === view.getUint8(to)) {
    from++;
    to++;
  }
  return to;
}

function writeLiteral(
  input: Uint8Array,
  from: number,
  to: number,
  output: Buffer,
  at: number,
): number {
  const rest = to - from - 1;
  if (rest < 0) return at;
  let out = at;
  if (rest < 60) {
    output[out++] = rest << 2;
  } else if (rest < 0x100) {
    output[out++] = 60 << 2;
    output[out++] = rest;
  } else {
    // A piece has no more than 65,536 bytes.
    output[out++] = 61 << 2;
    output[out++] = rest & 0xff;
    output[out++] = rest >>> 8;
  }
  if (rest < 64) for (let i = from; i < to; i++) output[out++] = input[i] as number;
  else {
    output.set(input.subarray(from, to), out);
    out += to - from;
  }
  return out;
}

/** A match as one or more copies of at least 4 bytes: a shorter one has no short form. */
function writeCopies(offset: number, length: number, output: Buffer, at: number): number {
  let out = at;
  let rest = length;
  while (rest >= 68) {
    out = writeLongCopy(offset, 64, output, out);
    rest -= 64;
  }
  // 65 to 67 bytes would leave 1 to 3.
  if (rest > 64) {
    out = writeLongCopy(offset, 60, output, out);
    rest -= 60;
  }
  if (rest > 11 || offset >= 2048) return writeLongCopy(offset, rest, output, out);
  output[out++] = ((offset >>> 8) << 5) | ((rest - 4) << 2) | 1;
  output[out++] = offset & 0xff;
  return out;
}

function writeLongCopy(offset: number, length: number, output: Buffer, at: number): number {
  output[at] = ((length - 1) << 2) | 2;
  output[at + 1] = offset & 0xff;
  output[at + 2] = offset >>> 8;
  return at + 3;
}
