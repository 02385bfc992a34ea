import type { MetricType, Sample, Series } from '../model/sample.ts';
import { readComment } from './comment-line.ts';
import { DecodeError, quote, SampleLimitError } from './decode-error.ts';
import { ExpositionBody } from './exposition-body.ts';
import type { Family } from './families.ts';
import { isFloat, readFloat } from './float.ts';
import { LineKey } from './line-key.ts';
import type { KnownLine, LineMeaning } from './line-table.ts';
import { MetricNames } from './metric-names.ts';
import { type SeriesLine, SeriesReader } from './series-line.ts';
import type { SeriesMemory } from './series-memory.ts';
import { skipBlanks, wordEnd } from './tokens.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const OPENING_BRACE = 0x7b;
const INTEGER = /^[+-]?\d+$/;

export interface DecodeOptions {
  /** Samples; more are an error. 0 means no limit. @default 0 */
  readonly sampleLimit?: number;
}

/**
 * Decodes the Prometheus text format 0.0.4:
 *
 *     exposition = *( comment LF | sample LF | LF )            (comment: see readComment)
 *     sample     = series value [ timestamp ]                  (series: see SeriesReader)
 *
 * As strict as prometheus/common's expfmt: all or nothing, a newline at the very end (so that a body that was cut off is
 * noticed), one HELP and one TYPE line a family, TYPE before the samples. Not checked: the order of families, repeated
 * series.
 *
 * A line whose name and labels `memory` knows is not read again, only its value is. The result is the same.
 *
 * @param body the exposition's bytes, UTF-8
 * @throws DecodeError, SampleLimitError
 */
export function decodeText(
  body: Buffer,
  memory: SeriesMemory,
  options: DecodeOptions = {},
): Sample[] {
  return new Exposition(new ExpositionBody(body), memory, options).decode();
}

/** What was found out about a line. */
interface LineReading {
  readonly meaning: LineMeaning;
  /** Index after the key; `undefined` where none says all that the line means. */
  readonly keyEnd: number | undefined;
  /** Index of the value, or of the next line where there is none. */
  readonly next: number;
}

/** One exposition and how far it has been decoded. */
class Exposition {
  // `private`, not `#`: see SeriesReader.
  private readonly body: ExpositionBody;
  private readonly bytes: Uint8Array;
  private readonly memory: SeriesMemory;
  private readonly limit: number;
  private readonly samples: Sample[] = [];
  private readonly key: LineKey;
  private readonly names: MetricNames;
  private readonly reader: SeriesReader;
  /** Index and number of the line at hand. */
  private at = 0;
  private number = 0;
  /** Whether the last line was read in full, as no other line of this exposition or of one before was the same. */
  private lastWasNew = false;

  constructor(body: ExpositionBody, memory: SeriesMemory, { sampleLimit }: DecodeOptions) {
    this.body = body;
    this.bytes = body.bytes;
    this.memory = memory;
    this.limit = sampleLimit || Number.POSITIVE_INFINITY;
    this.key = new LineKey(body);
    memory.begin();
    this.names = new MetricNames(body, memory.families);
    this.reader = new SeriesReader(body, this.names);
  }

  decode(): Sample[] {
    const { body, memory } = this;
    let previous: { follower: KnownLine | undefined } = memory.first;
    let last = 0;
    while (this.at < body.length) {
      last = this.at;
      this.number++;
      const line = this.line(previous.follower);
      if (line !== undefined) {
        if (previous.follower !== line) previous.follower = line;
        previous = line;
      }
    }
    if (!body.terminated) {
      const text = quote(body.text(last, body.length - 1));
      throw new DecodeError(
        this.number,
        `unexpected end of input stream: expected a newline after ${text}`,
      );
    }
    return this.samples;
  }

  /**
   * Decodes the line at hand.
   *
   * @param guess what it may be
   * @returns what it is, where it is known or can be from now on
   */
  private line(guess: KnownLine | undefined): KnownLine | undefined {
    const start = this.at;
    if (guess?.isAt(this.body, start) && this.known(guess)) {
      this.lastWasNew = false;
      return guess;
    }
    if (this.bytes[start] === NEWLINE) {
      this.at++;
      return undefined;
    }
    // After a new line mostly comes another, and then looking for it first would be in vain.
    if (!this.lastWasNew && this.key.find(start)) {
      const line = this.memory.recall(this.key);
      if (line !== undefined && this.known(line)) return line;
    }
    return this.full();
  }

  /** Decodes the line at hand, which begins as a known one does. `false`: it means something else this time. */
  private known({ series, name, comment, length }: KnownLine): boolean {
    const { families } = this.memory;
    const keyEnd = this.at + length;
    if (series === undefined || name === undefined) {
      if (comment !== undefined) families.declare(comment, this.number);
      this.at = keyEnd;
      return true;
    }
    const valueStart = skipBlanks(this.bytes, keyEnd);
    // Labels may come after a blank.
    if (this.bytes[valueStart] === OPENING_BRACE) return false;
    const family = families.sampled(name);
    if (family.name !== series.family || family.type !== series.type) return false;
    this.sample(series, valueStart);
    return true;
  }

  /** Decodes the line at hand, whatever it is, and remembers what it means. */
  private full(): KnownLine | undefined {
    const start = this.at;
    const { meaning, keyEnd, next } = this.read();
    const line = keyEnd === undefined ? undefined : this.remembered(start, keyEnd, meaning);
    if (meaning.series !== undefined) this.sample(line?.series ?? meaning.series, next);
    else this.at = next;
    return line;
  }

  private remembered(start: number, keyEnd: number, meaning: LineMeaning): KnownLine | undefined {
    this.key.set(start, keyEnd);
    const line = this.memory.recall(this.key);
    this.lastWasNew = line === undefined;
    if (line === undefined) return this.memory.remember(this.key, meaning);
    const { series } = meaning;
    if (line.series?.type !== series?.type || line.series?.family !== series?.family) {
      line.series = series;
    }
    return line;
  }

  /** Reads the line at hand up to its value, or all of it where it has none. */
  private read(): LineReading {
    const { bytes, at, number } = this;
    const { families } = this.memory;
    const first = skipBlanks(bytes, at);
    if (bytes[first] === NEWLINE || bytes[first] === HASH) {
      const comment =
        bytes[first] === HASH ? readComment(this.body, at, number, this.names) : undefined;
      if (comment !== undefined) families.declare(comment, number);
      const next = this.body.lineEnd(first) + 1;
      return { meaning: { series: undefined, name: undefined, comment }, keyEnd: next, next };
    }
    const line = this.reader.read(at, number);
    const series = this.series(line, families.sampled(line.name));
    return {
      meaning: { series, name: line.name, comment: undefined },
      keyEnd: bytes[line.end] === SPACE ? line.end + 1 : undefined,
      next: skipBlanks(bytes, line.end),
    };
  }

  private series({ name, labels }: SeriesLine, family: Family): Series {
    const numeric = numericLabel(family.type);
    const text = numeric && labels[numeric];
    if (text !== undefined && !isFloat(text)) {
      throw new DecodeError(
        this.number,
        `expected float as value for '${numeric}' label, got ${quote(text)}`,
      );
    }
    return { name: name.name, family: family.name, type: family.type, labels };
  }

  /** Reads the value and the timestamp at `valueStart`, up to the end of the line. */
  private sample(series: Series, valueStart: number): void {
    const { bytes, number } = this;
    const valueEnd = wordEnd(bytes, valueStart);
    const value = readFloat(bytes, valueStart, valueEnd);
    if (value === undefined) {
      const got = valueStart < valueEnd ? quote(this.body.text(valueStart, valueEnd)) : 'nothing';
      throw new DecodeError(number, `expected float as value, got ${got}`);
    }
    let timestamp: number | undefined;
    let end = skipBlanks(bytes, valueEnd);
    if (bytes[end] !== NEWLINE) {
      const timestampEnd = wordEnd(bytes, end);
      timestamp = this.timestamp(end, timestampEnd);
      end = skipBlanks(bytes, timestampEnd);
    }
    this.samples.push({ series, value, timestamp });
    if (this.samples.length > this.limit) throw new SampleLimitError(this.limit);
    this.at = end + 1;
  }

  private timestamp(start: number, end: number): number {
    const token = this.body.text(start, end);
    if (!INTEGER.test(token)) {
      throw new DecodeError(this.number, `expected integer as timestamp, got ${quote(token)}`);
    }
    const rest = skipBlanks(this.bytes, end);
    if (this.bytes[rest] !== NEWLINE) {
      const spurious = this.body.text(rest, this.body.lineEnd(rest)).trim();
      throw new DecodeError(this.number, `spurious string after timestamp: ${quote(spurious)}`);
    }
    return Number(token);
  }
}

/** The label of a family's samples that must hold a number. */
function numericLabel(type: MetricType): 'le' | 'quantile' | undefined {
  if (type === 'summary') return 'quantile';
  return type === 'histogram' || type === 'gaugehistogram' ? 'le' : undefined;
}
