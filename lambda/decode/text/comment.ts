import { quote } from '../../model/samples/quote.ts';
import type { FamilyText, MetricType } from '../../model/samples/sample.ts';
import type { MetricNames } from '../lines/metric-names.ts';
import type { ExpositionBody } from '../tokens/body.ts';
import { DecodeError } from '../tokens/error.ts';
import { isBlank, quotedEnd, skipBlanks, unescapeQuoted } from '../tokens/tokens.ts';
import type { Family, FamilyComment } from './families.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const HELP = Buffer.from('HELP');
const TYPE = Buffer.from('TYPE');

/** The types of TYPE lines; `untyped` is the text format's word for unknown. */
const TYPES: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['summary', 'summary'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'gaugehistogram'],
  ['gauge_histogram', 'gaugehistogram'],
  ['info', 'info'],
  ['stateset', 'stateset'],
  ['untyped', 'unknown'],
  ['unknown', 'unknown'],
]);

/** The words of nearly all TYPE lines, as bytes. */
const USUAL_TYPES: readonly (readonly [Uint8Array, MetricType])[] = Array.from(
  ['gauge', 'counter', 'histogram', 'summary', 'untyped'],
  (word) => [Buffer.from(`${word}\n`), TYPES.get(word) ?? 'unknown'],
);

/** The content of a line that begins with `#`. */
export interface CommentLine {
  /** Absent for a comment that is not about a family. */
  readonly comment: FamilyComment | undefined;
  /** The rule that the line breaks. */
  readonly fault: string | undefined;
}

const NOTHING: CommentLine = { comment: undefined, fault: undefined };

/**
 * Reads a line whose first character that is no blank is `#`:
 *
 *     comment = "#" ( blank "HELP" ( name | quoted ) [ text ] | blank "TYPE" ( name | quoted ) [ type ] | text )
 *
 * A HELP line without a name that can be one is ignored; no sample depends on it. Such a TYPE line is an error.
 *
 * @param start index of the line
 * @param number the line's, from 1, for the message
 * @param keepsText whether the comment has the text of a HELP line
 * @throws DecodeError
 */
export function readComment(
  body: ExpositionBody,
  start: number,
  number: number,
  names: MetricNames<Family>,
  keepsText: boolean,
): CommentLine {
  const { bytes } = body;
  const hash = skipBlanks(bytes, start);
  const keyword = skipBlanks(bytes, hash + 1);
  const isType = hasWord(bytes, keyword, TYPE);
  if (!isType && !hasWord(bytes, keyword, HELP)) return NOTHING;
  // The server also takes `#TYPE` for an ordinary comment.
  if (keyword === hash + 1) return NOTHING;
  const keywordEnd = keyword + TYPE.length;
  const nameStart = skipBlanks(bytes, keywordEnd);
  if (nameStart === keywordEnd || bytes[nameStart] === NEWLINE) return NOTHING;

  const quoted = bytes[nameStart] === QUOTE;
  const end = quoted ? quotedEnd(bytes, nameStart) : names.read(nameStart);
  const shortest = nameStart + (quoted ? '""'.length : 0);
  const familyAt = (from: number, to: number) =>
    quoted ? names.of(unescapeQuoted(body.text(from + 1, to - 1))) : names.last;
  if (end <= shortest || !(isBlank(bytes[end]) || bytes[end] === NEWLINE)) {
    const line = body.text(start, body.lineEnd(start));
    const fault = `invalid metric name in comment: ${quote(line)}`;
    if (!isType) return { comment: undefined, fault };
    // The server takes any byte after a name for a blank.
    const type = end > shortest ? typeAt(body, end + 1) : undefined;
    if (type === undefined) throw new DecodeError(number, fault);
    return { comment: { keyword: 'TYPE', family: familyAt(nameStart, end), type }, fault };
  }
  const family = familyAt(nameStart, end);
  const textStart = skipBlanks(bytes, end);
  if (!isType) {
    const empty = bytes[textStart] === NEWLINE;
    const text = keepsText && !empty ? helpAt(body, textStart, family) : undefined;
    return { comment: { keyword: 'HELP', family, empty, text }, fault: undefined };
  }
  const type = typeAt(body, textStart);
  if (type === undefined) {
    const word = body.text(textStart, body.lineEnd(textStart)).trim();
    if (word !== '') throw new DecodeError(number, `unknown metric type ${quote(word)}`);
  }
  return { comment: { keyword: 'TYPE', family, type }, fault: undefined };
}

function typeAt(body: ExpositionBody, at: number): MetricType | undefined {
  for (const [word, type] of USUAL_TYPES) if (hasWord(body.bytes, at, word)) return type;
  return TYPES.get(body.text(at, body.lineEnd(at)).trim().toLowerCase());
}

function helpAt(body: ExpositionBody, at: number, { name }: Family): FamilyText {
  return { family: name, help: unescapeHelp(body.text(at, body.lineEnd(at))) };
}

/** A line feed is written `\\n`, and a backslash twice. */
function unescapeHelp(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\[\\n]/g, (pair) => (pair === '\\n' ? '\n' : '\\'));
}

function hasWord(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}
