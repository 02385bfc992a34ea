/** The last place of written bytes. */
interface Written {
  /** The block, of any writer; 0 for none. */
  block: number;
  /** The position in that block, before compression. */
  at: number;
}

/** Bytes that are written repeatedly. */
export interface Piece extends Written {
  /** The bytes are `source[from]` to `source[to - 1]`. */
  readonly source: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** A similar piece, so that only the difference is written at the first use. */
  readonly model: Piece | undefined;
  /** The first three bytes that differ, counted from 0; all others before the third are equal. */
  readonly first: number;
  readonly second: number;
  readonly third: number;
  /** 32 bits, equal for equal bytes. */
  readonly hash: number;
  /** The meaning of the bytes, for other encodings. Empty if unknown. */
  readonly name: string;
  readonly value: string;
}

/** Pieces that always follow each other. */
export interface Run extends Written {
  readonly pieces: readonly Piece[];
  /** Bytes of all pieces. */
  readonly size: number;
}

/** @param model an earlier piece, such as the last one of the same kind */
export function pieceOf(
  source: Uint8Array,
  from: number,
  to: number,
  model?: Piece,
  name = '',
  value = '',
): Piece {
  const first = differenceFrom(0);
  const second = differenceFrom(first + 1);
  const third = differenceFrom(second + 1);
  const hash = hashOf(source, from, to);
  return { source, from, to, model, first, second, third, hash, name, value, block: 0, at: 0 };

  /** The next position from `start` on at which they differ, or one of them ends. */
  function differenceFrom(start: number): number {
    if (model === undefined) return 0;
    const end = Math.min(to - from, model.to - model.from);
    let at = Math.min(start, end);
    while (at < end && source[from + at] === model.source[model.from + at]) at++;
    return at;
  }
}

export function runOf(pieces: readonly Piece[]): Run {
  return { pieces, size: bytesOf(pieces), block: 0, at: 0 };
}

/** Bytes of all pieces. */
export function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Whether two pieces have equal bytes. They may be different objects, because a table forgets. */
export function areSamePieces(one: Piece, other: Piece): boolean {
  if (one === other) return true;
  const size = one.to - one.from;
  if (one.hash !== other.hash || size !== other.to - other.from) return false;
  for (let i = 0; i < size; i++) {
    if (one.source[one.from + i] !== other.source[other.from + i]) return false;
  }
  return true;
}

/** The sum of the hashes, which does not depend on the order. */
export function sumOfHashes(pieces: readonly Piece[]): number {
  let sum = 0;
  for (const { hash } of pieces) sum = (sum + hash) | 0;
  return sum;
}

/** FNV-1a with the final mix of murmur3, so that sums of hashes differ in all of their bits. */
function hashOf(source: Uint8Array, from: number, to: number): number {
  let hash = 0x811c_9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (source[i] as number), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
