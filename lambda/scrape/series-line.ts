import { labelsOf } from '../model/sample.ts';
import { DecodeError, quote } from './decode-error.ts';

/** Name and labels as one sample line writes them, and where they end. */
export interface SeriesLine {
  readonly name: string;
  readonly labels: Record<string, string>;
  /** Index after the name and labels. */
  readonly end: number;
}

const NAME_START = /[a-zA-Z_:]/;
const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

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
  let at = skipBlanks(line, 0);
  let name = '';
  if (line[at] !== '{') {
    const end = nameEnd(line, at, true);
    if (end === at) {
      throw new DecodeError(number, `expected a metric name, got ${quote(line.slice(at))}`);
    }
    name = line.slice(at, end);
    at = skipBlanks(line, end);
    if (line[at] !== '{') return { name, labels: labelsOf(), end };
  }
  return readLabels(line, at + 1, name, number);
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
  if (at >= text.length || !NAME_START.test(text.charAt(at))) return at;
  let i = at;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const digit = code >= 0x30 && code <= 0x39;
    if (!letter && !digit && code !== 0x5f && !(metric && code === 0x3a)) break;
  }
  return i;
}

function readLabels(line: string, start: number, before: string, number: number): SeriesLine {
  const labels = labelsOf();
  let name = before;
  let at = skipBlanks(line, start);
  // `a{,}` is let through, as prometheus/client_python does; `a{b="c",,}` is not.
  if (line[at] === ',') at = skipBlanks(line, at + 1);
  while (line[at] !== '}') {
    const key = readKey(line, at, number);
    at = skipBlanks(line, key.end);
    if (key.quoted && line[at] !== '=') {
      if (name !== '') {
        throw new DecodeError(
          number,
          `expected one metric name, got ${quote(name)} and ${quote(key.text)}`,
        );
      }
      name = key.text;
    } else {
      const value = readValue(line, at, key.text, number);
      if (key.text === '__name__') {
        throw new DecodeError(number, 'label name "__name__" is reserved');
      }
      if (key.text in labels) {
        throw new DecodeError(number, `label ${quote(key.text)} is given twice`);
      }
      labels[key.text] = value.text;
      at = value.end;
    }
    at = skipBlanks(line, at);
    if (line[at] === ',') {
      at = skipBlanks(line, at + 1);
    } else if (line[at] !== '}') {
      throw new DecodeError(number, `expected "," or "}" after a label, got ${found(line, at)}`);
    }
  }
  if (name === '') throw new DecodeError(number, 'expected a metric name, got labels only');
  return { name, labels, end: at + 1 };
}

function readKey(line: string, at: number, number: number): Token & { readonly quoted: boolean } {
  if (line.charCodeAt(at) === QUOTE) return { ...readQuoted(line, at, number), quoted: true };
  const end = nameEnd(line, at, false);
  if (end === at) throw new DecodeError(number, `expected a label name, got ${found(line, at)}`);
  return { text: line.slice(at, end), end, quoted: false };
}

function readValue(line: string, start: number, label: string, number: number): Token {
  if (line[start] !== '=') {
    throw new DecodeError(
      number,
      `expected "=" after label ${quote(label)}, got ${found(line, start)}`,
    );
  }
  const at = skipBlanks(line, start + 1);
  if (line.charCodeAt(at) !== QUOTE) {
    throw new DecodeError(
      number,
      `expected a quoted value of label ${quote(label)}, got ${found(line, at)}`,
    );
  }
  return readQuoted(line, at, number);
}

interface Token {
  readonly text: string;
  /** Index after the token. */
  readonly end: number;
}

function readQuoted(line: string, start: number, number: number): Token {
  let at = start + 1;
  let escaped = false;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) {
      const raw = line.slice(start + 1, at);
      return { text: escaped ? unescapeQuoted(raw) : raw, end: at + 1 };
    }
    if (code === BACKSLASH) {
      escaped = true;
      at++;
    }
  }
  throw new DecodeError(
    number,
    `expected a closing quote, got the end of the line after ${quote(line.slice(start))}`,
  );
}

/** Resolves `\\\\`, `\\"` and `\\n`; a backslash before any other character stays. */
export function unescapeQuoted(raw: string): string {
  return raw.replace(/\\([\\"n])/g, (_, character: string) =>
    character === 'n' ? '\n' : character,
  );
}

function found(line: string, at: number): string {
  return at < line.length ? quote(line.slice(at)) : 'the end of the line';
}
