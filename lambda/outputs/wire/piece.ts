/** Where something was written last. */
interface Written {
  /** The block that has it, of whatever writer; 0: none. */
  block: number;
  /** Where in that block, before compression. */
  at: number;
}

/** Bytes that come again and again. */
export interface Piece extends Written {
  /** They are `source[from]` to `source[to - 1]`. */
  readonly source: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Another piece that is much like this one, so that only the rest has to be written where it comes first. */
  readonly model: Piece | undefined;
  /** The first three bytes in which the two differ, counted from 0; up to the third, all others are the same. */
  readonly first: number;
  readonly second: number;
  readonly third: number;
  /** 32 bits of the bytes, the same for the same bytes. */
  readonly hash: number;
  /** What the bytes say, for who says it in another way. Empty: that is not known. */
  readonly name: string;
  readonly value: string;
}

/** Pieces that follow each other whenever they come. */
export interface Run extends Written {
  readonly pieces: readonly Piece[];
  /** Bytes of all of them. */
  readonly size: number;
}

/** @param model that was made before it, such as the one of the same kind that was made last */
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

  /** Where they differ, or one of them ends, from a byte on. */
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

/** Bytes of all of them. */
export function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Whether two pieces have the same bytes. They need not be the same object: a table forgets. */
export function areSamePieces(one: Piece, other: Piece): boolean {
  if (one === other) return true;
  const size = one.to - one.from;
  if (one.hash !== other.hash || size !== other.to - other.from) return false;
  for (let i = 0; i < size; i++) {
    if (one.source[one.from + i] !== other.source[other.from + i]) return false;
  }
  return true;
}

/** The sum of the hashes: the same in whatever order they come. */
export function sumOfHashes(pieces: readonly Piece[]): number {
  let sum = 0;
  for (const { hash } of pieces) sum = (sum + hash) | 0;
  return sum;
}

/** FNV-1a, then mixed as murmur3 does in the end, so that sums of hashes differ in all of their bits. */
function hashOf(source: Uint8Array, from: number, to: number): number {
  let hash = 0x811c_9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (source[i] as number), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
