import { isAscii, isUtf8 } from 'node:buffer';
import type { MetricType, Sample, Series } from '../model/sample.ts';
import { DecodeError, quote, SampleLimitError } from './decode-error.ts';
import { Families, type Family } from './families.ts';
import { readFloat } from './float.ts';
import { nameEnd, readSeriesLine, skipBlanks, unescapeQuoted } from './series-line.ts';
import { ownCopy, type SeriesMemory } from './series-memory.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const QUOTED = /^"(?:[^"\\]|\\.)+"/;

/** What TYPE lines may say; `untyped` is the text format's word for unknown. */
const TYPES: Readonly<Record<string, MetricType>> = {
  counter: 'counter',
  gauge: 'gauge',
  summary: 'summary',
  histogram: 'histogram',
  gaugehistogram: 'gaugehistogram',
  gauge_histogram: 'gaugehistogram',
  info: 'info',
  stateset: 'stateset',
  untyped: 'unknown',
  unknown: 'unknown',
};

/** The label of a family's samples that must hold a number. */
const NUMERIC_LABEL: Readonly<Partial<Record<MetricType, string>>> = {
  summary: 'quantile',
  histogram: 'le',
  gaugehistogram: 'le',
};

export interface DecodeOptions {
  /** Samples; more are an error. 0 means no limit. @default 0 */
  readonly sampleLimit?: number;
}

/**
 * Decodes the Prometheus text format 0.0.4:
 *
 *     exposition = *( comment LF | help LF | type LF | sample LF | LF )
 *     help       = "#" "HELP" name [ text ]
 *     type       = "#" "TYPE" name type
 *     sample     = series value [ timestamp ]           (series: see readSeriesLine)
 *
 * As strict as prometheus/common's expfmt: all or nothing, a newline at the very end (so that a body that was cut off is
 * noticed), one HELP and one TYPE line a family, TYPE before the samples. Not checked: the order of families, repeated
 * series.
 *
 * A line whose name and labels `memory` knows is not read again, only its value is.
 *
 * @param body the exposition's bytes, UTF-8
 * @throws DecodeError, SampleLimitError
 */
export function decodeText(
  body: Buffer,
  memory: SeriesMemory,
  options: DecodeOptions = {},
): Sample[] {
  const text = textOf(body);
  const limit = options.sampleLimit || Number.POSITIVE_INFINITY;
  const samples: Sample[] = [];
  const exposition = new Exposition(memory);
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    number++;
    const first = text.charCodeAt(start);
    if (first === HASH) {
      exposition.comment(text.slice(start, end), number);
    } else if (first !== NEWLINE) {
      const sample =
        exposition.knownSample(text, start, end) ?? exposition.line(text, start, end, number);
      if (sample !== undefined) samples.push(sample);
      if (samples.length > limit) throw new SampleLimitError(limit);
    }
    if (newline === -1) {
      const last = quote(text.slice(start));
      throw new DecodeError(
        number,
        `unexpected end of input stream: expected a newline after ${last}`,
      );
    }
    start = end + 1;
  }
  return samples;
}

/** ASCII, as nearly every exposition is, needs no decoding and makes one-byte strings. */
function textOf(body: Buffer): string {
  if (isAscii(body)) return body.toString('latin1');
  if (!isUtf8(body)) throw new DecodeError(1, 'expected UTF-8 text, got bytes that are none');
  return body.toString('utf8');
}

/** The state of decoding one exposition. */
class Exposition {
  readonly #memory: SeriesMemory;
  readonly #families = new Families();
  /** The family of the last sample or comment: nearly always the next one's too. */
  #family: Family | undefined;

  constructor(memory: SeriesMemory) {
    this.#memory = memory;
  }

  /** The sample of a line without a timestamp whose name and labels are remembered and still mean the same. */
  knownSample(text: string, start: number, end: number): Sample | undefined {
    let at = end - 1;
    while (at > start && text.charCodeAt(at) !== SPACE) at--;
    if (at === start) return undefined;
    const series = this.#memory.recall(text.slice(start, at));
    if (series === undefined || !this.#belongs(series)) return undefined;
    const value = readFloat(text, at + 1, end);
    return value === undefined ? undefined : { series, value, timestamp: undefined };
  }

  /** Any line that does not begin with `#`; `undefined` for a blank one and for an indented comment. */
  line(text: string, start: number, end: number, number: number): Sample | undefined {
    const line = ownCopy(text.slice(start, end));
    const first = skipBlanks(line, 0);
    if (first === line.length) return undefined;
    if (line.charCodeAt(first) === HASH) {
      this.comment(line, number);
      return undefined;
    }
    const { name, labels, end: seriesEnd } = readSeriesLine(line, number);
    const valueStart = skipBlanks(line, seriesEnd);
    const valueEnd = tokenEnd(line, valueStart);
    const value = readFloat(line, valueStart, valueEnd);
    if (value === undefined) {
      const got = valueStart < line.length ? quote(line.slice(valueStart, valueEnd)) : 'nothing';
      throw new DecodeError(number, `expected float as value, got ${got}`);
    }
    const timestamp = readTimestamp(line, skipBlanks(line, valueEnd), number);
    const series = this.#series(name, labels, number);
    // What knownSample will ask for: all before the blank before the value. With a timestamp it would ask in vain.
    if (timestamp === undefined && valueStart > seriesEnd) {
      this.#memory.remember(line.slice(0, valueStart - 1), series);
    }
    return { series, value, timestamp };
  }

  /** A line whose first character that is no blank is `#`: HELP, TYPE, or a comment to be ignored. */
  comment(line: string, number: number): void {
    const keyword = skipBlanks(line, skipBlanks(line, 0) + 1);
    const isType = line.startsWith('TYPE', keyword);
    if (!isType && !line.startsWith('HELP', keyword)) return;
    const blank = keyword + 4;
    const start = skipBlanks(line, blank);
    if (start === blank || start === line.length) return;
    const name = readCommentName(line, start, number);
    const family = this.#families.declared(name.text);
    this.#family = family;
    if (isType) declareType(family, line.slice(name.end).trim(), number);
    else if (skipBlanks(line, name.end) < line.length) declareHelp(family, number);
  }

  /** Whether the TYPE lines of this exposition say of a remembered series what they said when it was remembered. */
  #belongs(series: Series): boolean {
    if (this.#family?.name !== series.family) this.#family = this.#families.of(series.name);
    const family = this.#family;
    if (family?.name !== series.family || family.type !== series.type) return false;
    family.sampled = true;
    return true;
  }

  #series(name: string, labels: Record<string, string>, number: number): Series {
    const family = this.#families.of(name);
    family.sampled = true;
    this.#family = family;
    const numeric = NUMERIC_LABEL[family.type];
    const text = numeric && labels[numeric];
    if (text !== undefined && readFloat(text, 0, text.length) === undefined) {
      throw new DecodeError(
        number,
        `expected float as value for '${numeric}' label, got ${quote(text)}`,
      );
    }
    return { name, family: family.name, type: family.type, labels };
  }
}

function declareType(family: Family, word: string, number: number): void {
  if (word === '') return;
  if (family.typed || family.sampled) {
    throw new DecodeError(
      number,
      `second TYPE line for metric name ${quote(family.name)}, or TYPE reported after samples`,
    );
  }
  const type = TYPES[word.toLowerCase()];
  if (type === undefined || !Object.hasOwn(TYPES, word.toLowerCase())) {
    throw new DecodeError(number, `unknown metric type ${quote(word)}`);
  }
  family.type = type;
  family.typed = true;
}

function declareHelp(family: Family, number: number): void {
  if (family.helped) {
    throw new DecodeError(number, `second HELP line for metric name ${quote(family.name)}`);
  }
  family.helped = true;
}

function readCommentName(
  line: string,
  start: number,
  number: number,
): { text: string; end: number } {
  const quoted = line[start] === '"' ? QUOTED.exec(line.slice(start))?.[0] : undefined;
  const end = quoted === undefined ? nameEnd(line, start, true) : start + quoted.length;
  if (end === start || (end < line.length && skipBlanks(line, end) === end)) {
    throw new DecodeError(number, `invalid metric name in comment: ${quote(line)}`);
  }
  const text = quoted === undefined ? line.slice(start, end) : unescapeQuoted(quoted.slice(1, -1));
  return { text: ownCopy(text), end };
}

function readTimestamp(line: string, start: number, number: number): number | undefined {
  if (start === line.length) return undefined;
  const end = tokenEnd(line, start);
  const token = line.slice(start, end);
  if (!/^[+-]?\d+$/.test(token)) {
    throw new DecodeError(number, `expected integer as timestamp, got ${quote(token)}`);
  }
  if (skipBlanks(line, end) < line.length) {
    throw new DecodeError(
      number,
      `spurious string after timestamp: ${quote(line.slice(end).trim())}`,
    );
  }
  return Number(token);
}

/** Index of the first blank at or after `at`, or the end. */
function tokenEnd(line: string, at: number): number {
  let i = at;
  while (i < line.length && line.charCodeAt(i) !== SPACE && line.charCodeAt(i) !== 0x09) i++;
  return i;
}
