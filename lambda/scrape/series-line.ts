import { labelsOf } from '../model/sample.ts';
import { DecodeError, quote } from './decode-error.ts';

/** Name and labels as one sample line writes them, and where they end. */
export interface SeriesLine {
  readonly name: string;
  readonly labels: Record<string, string>;
  /** Index after the name and labels. */
  readonly end: number;
}

const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Reads the part of a sample line before its value:
 *
 *     series  = name [ "{" labels "}" ] | "{" quoted-name [ "," labels ] "}"
 *     labels  = [ label *( "," label ) ] [ "," ]
 *     label   = ( name | quoted-name ) "=" quoted
 *     quoted  = DQUOTE *( any but DQUOTE, "\" and LF | "\" any ) DQUOTE
 *
 * Blanks and tabs may stand between all tokens. In a value `\\`, `\"` and `\n` are escapes; a backslash before any other
 * character is kept as written, as prometheus/client_python does.
 *
 * @param line one line without its newline
 * @param number counts from 1, for the message
 * @throws DecodeError
 */
export function readSeriesLine(line: string, number: number): SeriesLine {
  return new SeriesLineReader(line, number).read();
}

/** Index of the first character at or after `at` that is neither a blank nor a tab. */
export function skipBlanks(text: string, at: number): number {
  for (let i = at; ; i++) {
    const code = text.charCodeAt(i);
    if (code !== SPACE && code !== TAB) return i;
  }
}

/** Index after the name that begins at `at`; `at` itself where none begins. Colons are for metric names only. */
export function nameEnd(text: string, at: number, metric: boolean): number {
  let i = at;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const digit = code >= 0x30 && code <= 0x39 && i > at;
    if (!letter && !digit && code !== 0x5f && !(metric && code === 0x3a)) break;
  }
  return i;
}

/** Resolves `\\\\`, `\\"` and `\\n`; a backslash before any other character stays. */
export function unescapeQuoted(raw: string): string {
  return raw.replace(/\\([\\"n])/g, (_, character: string) =>
    character === 'n' ? '\n' : character,
  );
}

/** One line and how far it has been read. */
class SeriesLineReader {
  // `private`, not `#`: the brand checks of private methods cost a third of a cold decode.
  private readonly line: string;
  private readonly number: number;
  private at = 0;

  constructor(line: string, number: number) {
    this.line = line;
    this.number = number;
  }

  read(): SeriesLine {
    const line = this.line;
    const start = skipBlanks(line, 0);
    const end = nameEnd(line, start, true);
    const name = line.slice(start, end);
    this.at = skipBlanks(line, end);
    if (line.charCodeAt(this.at) === OPENING_BRACE) {
      this.at++;
      return this.readLabels(name);
    }
    if (end === start) throw this.expected('a metric name', start);
    return { name, labels: labelsOf(), end };
  }

  private readLabels(before: string): SeriesLine {
    const labels = labelsOf();
    let name = before;
    this.skipBlanks();
    // `a{,}` is let through, as prometheus/client_python does; `a{b="c",,}` is not.
    this.take(COMMA);
    while (!this.take(CLOSING_BRACE)) {
      const quoted = this.peek() === QUOTE;
      const key = quoted ? this.readQuoted() : this.readLabelName();
      this.skipBlanks();
      if (quoted && this.peek() !== EQUALS) {
        if (name !== '') {
          throw this.error(`expected one metric name, got ${quote(name)} and ${quote(key)}`);
        }
        name = key;
      } else {
        if (!this.take(EQUALS)) throw this.expected(`'=' after label name ${quote(key)}`);
        if (this.peek() !== QUOTE) throw this.expected(`'"' at start of label value`);
        const value = this.readQuoted();
        if (key === '__name__') throw this.error('label name "__name__" is reserved');
        if (labels[key] !== undefined) throw this.error(`label ${quote(key)} is given twice`);
        labels[key] = value;
      }
      this.skipBlanks();
      if (!this.take(COMMA) && this.peek() !== CLOSING_BRACE) {
        throw this.expected('"," or "}" after a label');
      }
    }
    if (name === '') throw this.error('expected a metric name, got labels only');
    return { name, labels, end: this.at };
  }

  private readLabelName(): string {
    const start = this.at;
    const end = nameEnd(this.line, start, false);
    if (end === start) throw this.expected('a label name');
    this.at = end;
    return this.line.slice(start, end);
  }

  /** The text of the quoted token at hand, without its quotes and escapes. */
  private readQuoted(): string {
    const line = this.line;
    const start = this.at + 1;
    let escaped = false;
    for (let at = start; at < line.length; at++) {
      const code = line.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        const raw = line.slice(start, at);
        return escaped ? unescapeQuoted(raw) : raw;
      }
      if (code === BACKSLASH) {
        escaped = true;
        at++;
      }
    }
    throw this.error(
      `expected a closing quote, got the end of the line after ${quote(line.slice(start))}`,
    );
  }

  private peek(): number {
    return this.line.charCodeAt(this.at);
  }

  /** Whether the character at hand is this one; if so, it and the blanks after it are behind. */
  private take(code: number): boolean {
    if (this.line.charCodeAt(this.at) !== code) return false;
    this.at++;
    if (code !== CLOSING_BRACE) this.skipBlanks();
    return true;
  }

  private skipBlanks(): void {
    this.at = skipBlanks(this.line, this.at);
  }

  private expected(what: string, at: number = this.at): DecodeError {
    const got = at < this.line.length ? quote(this.line.slice(at)) : 'the end of the line';
    return this.error(`expected ${what}, got ${got}`);
  }

  private error(problem: string): DecodeError {
    return new DecodeError(this.number, problem);
  }
}
