import type { ExpositionBody } from './body.ts';
import { sameBytes } from './bytes.ts';
import { isIn, nameEnd, quotedEnd, unescapeQuoted } from './tokens.ts';

/**
 * The token at one position of the lines, such as the value of the second label. From line to line most tokens repeat:
 * then only the bytes are compared, and the text is shared.
 */
export class RepeatedToken {
  /** The last token, without quotes and escapes. */
  text = '';
  /** Whether it contains literal line feeds. */
  spansLines = false;
  private readonly body: ExpositionBody;
  private start = 0;
  private length = 0;

  constructor(body: ExpositionBody) {
    this.body = body;
  }

  /**
   * @param name LABEL_NAME or METRIC_NAME
   * @returns the index after the name at `start`; `start` itself without one
   */
  readName(start: number, name: number): number {
    const { bytes } = this.body;
    const end = start + this.length;
    if (this.isAt(start) && !isIn(name, bytes[end])) return end;
    const newEnd = nameEnd(bytes, start, name);
    this.text = this.body.text(start, newEnd);
    this.start = start;
    this.length = newEnd - start;
    return newEnd;
  }

  /**
   * @param lineFeeds whether line feeds may stand in the token
   * @returns the index after the quoted token at `start`; -1 without an end
   */
  readQuoted(start: number, lineFeeds: boolean): number {
    if (this.isAt(start)) return start + this.length;
    const { bytes } = this.body;
    let end = quotedEnd(bytes, start);
    this.spansLines = end === -1 && lineFeeds;
    if (this.spansLines) end = quotedEnd(bytes, start, true);
    if (end === -1) return -1;
    this.text = unescapeQuoted(this.body.text(start + 1, end - 1));
    this.start = start;
    this.length = end - start;
    return end;
  }

  /** Whether the last token's bytes are at `at`, with their quotes. A longer name may begin with them. */
  private isAt(at: number): boolean {
    const { view, length: bodyLength } = this.body;
    const { length } = this;
    return length > 0 && length <= bodyLength - at && sameBytes(view, at, view, this.start, length);
  }
}
