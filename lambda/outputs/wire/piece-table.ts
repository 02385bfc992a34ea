import { type Piece, pieceOf } from './piece.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/** Most pieces in memory: about 10 MB, with their bytes. Beyond that, all are forgotten. */
export const MAX_PIECES = 50_000;
export const MAX_PIECE_BYTES = 4 * 1024 * 1024;

/** Pieces share buffers of this size, because a buffer for each would be larger than the piece. */
const CHUNK_BYTES = 16 * 1024;

/** The pieces of one name, by value. */
interface Values {
  readonly pieces: Map<string, Piece>;
  /** The last piece. */
  last: Piece;
}

/**
 * Encodes each pair of name and value once. The same pair gives the same piece, so that it costs only a lookup, and its
 * repetition is known.
 */
export class PieceTable {
  readonly #write: (writer: ProtobufWriter, name: string, value: string) => void;
  readonly #onForget: () => void;
  readonly #encoder = new ProtobufWriter();
  #names = new Map<string, Values>();
  #count = 0;
  #bytes = 0;
  #chunk = new Uint8Array(CHUNK_BYTES);
  #used = 0;

  /**
   * @param write encodes a pair
   * @param onForget called when all pieces are forgotten: callers must drop theirs, because pieces keep their models
   *   alive
   */
  constructor(
    write: (writer: ProtobufWriter, name: string, value: string) => void,
    onForget: () => void,
  ) {
    this.#write = write;
    this.#onForget = onForget;
  }

  of(name: string, value: string): Piece {
    const known = this.#names.get(name)?.pieces.get(value);
    if (known !== undefined) return known;
    if (this.#count >= MAX_PIECES || this.#bytes >= MAX_PIECE_BYTES) this.#forget();
    const values = this.#names.get(name);
    const piece = this.#encode(name, value, values?.last);
    if (values === undefined) {
      this.#names.set(name, { pieces: new Map([[value, piece]]), last: piece });
    } else {
      values.pieces.set(value, piece);
      values.last = piece;
    }
    this.#count += 1;
    this.#bytes += piece.to - piece.from;
    return piece;
  }

  #encode(name: string, value: string, model: Piece | undefined): Piece {
    const encoder = this.#encoder;
    encoder.truncate(0);
    this.#write(encoder, name, value);
    const { length } = encoder;
    if (this.#used + length > this.#chunk.length) {
      this.#chunk = new Uint8Array(Math.max(length, CHUNK_BYTES));
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += length;
    this.#chunk.set(encoder.bytes(), from);
    return pieceOf(this.#chunk, from, this.#used, model, name, value);
  }

  #forget(): void {
    this.#names = new Map();
    this.#count = 0;
    this.#bytes = 0;
    this.#onForget();
  }
}
