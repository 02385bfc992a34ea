import type { ExpositionBody } from '../tokens/body.ts';
import { hashBytes } from '../tokens/bytes.ts';
import { quotedEnd } from '../tokens/tokens.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * The part of a line that stays the same from scrape to scrape: of a sample everything up to the blank before the
 * value, with that blank; of a comment all of it and its newline.
 */
export class LineKey {
  readonly body: ExpositionBody;
  start = 0;
  /** Index after the key. */
  end = 0;
  hash = 0;

  constructor(body: ExpositionBody) {
    this.body = body;
  }

  set(start: number, end: number): void {
    this.start = start;
    this.end = end;
    this.hash = hashBytes(this.body.view, start, end);
  }

  /** Finds the key of the line at `start`. `false` if it has none and must be read in full each time. */
  find(start: number): boolean {
    const end = keyEnd(this.body.bytes, start);
    if (end === -1) return false;
    this.set(start, end);
    return true;
  }
}

function keyEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  if (bytes[at] === HASH) {
    while (bytes[at] !== NEWLINE) at++;
    return at + 1;
  }
  let byte = bytes[at] ?? NEWLINE;
  while (byte > SPACE && byte !== OPENING_BRACE) byte = bytes[++at] ?? NEWLINE;
  if (byte === OPENING_BRACE) {
    while (byte !== CLOSING_BRACE) {
      if (byte === NEWLINE) return -1;
      at = byte === QUOTE ? quotedEnd(bytes, at) : at + 1;
      if (at === -1) return -1;
      byte = bytes[at] ?? NEWLINE;
    }
    byte = bytes[++at] ?? NEWLINE;
  }
  return byte === SPACE ? at + 1 : -1;
}
