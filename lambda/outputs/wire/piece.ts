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
}

/** Pieces that follow each other whenever they come. */
export interface Run extends Written {
  readonly pieces: readonly Piece[];
  /** Bytes of all of them. */
  readonly size: number;
}

/** @param model that was made before it, such as the one of the same kind that was made last */
export function pieceOf(source: Uint8Array, from: number, to: number, model?: Piece): Piece {
  const first = differenceFrom(0);
  const second = differenceFrom(first + 1);
  const third = differenceFrom(second + 1);
  return { source, from, to, model, first, second, third, block: 0, at: 0 };

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
