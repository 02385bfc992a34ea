import type { MetricType, Sample, Series } from '../model/sample.ts';
import { readComment } from './comment-line.ts';
import { startSamples } from './created-series.ts';
import { quote } from './decode-error.ts';
import { Families, type Family, type FamilyComment } from './families.ts';
import { isFloat } from './float.ts';
import { LineDecoder, type LineReading } from './line-decoder.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { MetricNames } from './metric-names.ts';
import { type SeriesLine, SeriesReader } from './series-line.ts';
import { SeriesMemory } from './series-memory.ts';
import { skipBlanks, wordEnd } from './tokens.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const OPENING_BRACE = 0x7b;
const INTEGER = /^[+-]?\d+$/;

/** Timestamps are signed integers of 64 bits. */
const TIMESTAMP_BOUND = 2 ** 63;

/** What a line of the text format means: a sample of a series, a HELP or TYPE line, or nothing. */
interface TextMeaning {
  /** Of a sample: its series, as the TYPE lines had it last time. */
  readonly series: Series | undefined;
  /** Of a sample: its name. */
  readonly name: Family | undefined;
  readonly comment: FamilyComment | undefined;
}

export type TextMemory = SeriesMemory<Families, TextMeaning>;

/** @param budget shared with other memories. @default one of its own */
export function textMemory(budget?: MemoryBudget): TextMemory {
  return new SeriesMemory(() => new Families(), budget);
}

/**
 * Decodes the Prometheus text formats 0.0.4 and 1.0.0, which differ in quoted names only:
 *
 *     exposition = *( comment LF | sample LF | LF )            (comment: see readComment)
 *     sample     = series value [ timestamp ]                  (series: see SeriesReader)
 *
 * As strict as prometheus/common's expfmt: all or nothing, a newline at the very end (so that a body that was cut off is
 * noticed), one HELP and one TYPE line a family, TYPE before the samples. Not checked: the order of families, repeated
 * series.
 *
 * Gauges `x_created` are samples like any other, and give those of `x` their `start`: see startSamples.
 *
 * A line whose name and labels `memory` knows is not read again, only its value is. The result is the same.
 *
 * @param body the exposition's bytes, UTF-8
 * @throws DecodeError
 */
export function decodeText(body: Buffer, memory: TextMemory): Sample[] {
  return new TextExposition(body, memory).decode();
}

class TextExposition extends LineDecoder<Families, TextMeaning> {
  private readonly names: MetricNames<Family>;
  private readonly reader: SeriesReader<Family>;

  constructor(body: Buffer, memory: TextMemory) {
    super(body, memory);
    this.names = new MetricNames(this.body, this.families);
    this.reader = new SeriesReader(this.body, this.names);
  }

  decode(): Sample[] {
    const { body } = this;
    this.decodeLines();
    if (!body.terminated) {
      const start = this.bytes.lastIndexOf(NEWLINE, body.length - 2) + 1;
      const text = quote(body.text(start, body.length - 1));
      throw this.error(`unexpected end of input stream: expected a newline after ${text}`);
    }
    if (this.families.tellsStarts) startSamples(this.samples);
    return this.samples;
  }

  protected override takeEmptyLine(): void {
    this.at++;
  }

  protected override takeKnown({ series, name, comment }: TextMeaning, next: number): boolean {
    if (series === undefined || name === undefined) {
      if (comment !== undefined) this.families.declare(comment, this.number);
      this.at = next;
      return true;
    }
    const valueStart = skipBlanks(this.bytes, next);
    // Labels may come after a blank.
    if (this.bytes[valueStart] === OPENING_BRACE) return false;
    const family = this.families.sampled(name);
    if (family.name !== series.family || family.type !== series.type) return false;
    this.sample(series, valueStart);
    return true;
  }

  protected override take({ series }: TextMeaning, next: number): void {
    if (series !== undefined) this.sample(series, next);
    else this.at = next;
  }

  protected override agree({ series: known }: TextMeaning, { series: read }: TextMeaning): boolean {
    return known?.type === read?.type && known?.family === read?.family;
  }

  protected override read(): LineReading<TextMeaning> {
    const { bytes, at, number, families } = this;
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

  private series({ name, labels }: SeriesLine<Family>, family: Family): Series {
    const numeric = numericLabel(family.type);
    const text = numeric && labels[numeric];
    if (text !== undefined && !isFloat(text)) {
      throw this.error(`expected float as value for '${numeric}' label, got ${quote(text)}`);
    }
    return { name: name.name, family: family.name, type: family.type, labels };
  }

  /** Reads the value and the timestamp at `valueStart`, up to the end of the line. */
  private sample(series: Series, valueStart: number): void {
    const { bytes } = this;
    const valueEnd = wordEnd(bytes, valueStart);
    const value = this.value(valueStart, valueEnd);
    let timestamp: number | undefined;
    let end = skipBlanks(bytes, valueEnd);
    if (bytes[end] !== NEWLINE) {
      const timestampEnd = wordEnd(bytes, end);
      timestamp = this.timestamp(end, timestampEnd);
      end = skipBlanks(bytes, timestampEnd);
    }
    this.add(series, value, timestamp, undefined);
    this.at = end + 1;
  }

  private timestamp(start: number, end: number): number {
    const token = this.body.text(start, end);
    const timestamp = Number(token);
    if (!INTEGER.test(token) || Math.abs(timestamp) > TIMESTAMP_BOUND) {
      throw this.error(`expected integer as timestamp, got ${quote(token)}`);
    }
    const rest = skipBlanks(this.bytes, end);
    if (this.bytes[rest] !== NEWLINE) {
      const spurious = this.body.text(rest, this.body.lineEnd(rest)).trim();
      throw this.error(`spurious string after timestamp: ${quote(spurious)}`);
    }
    return timestamp;
  }
}

/** The label of a family's samples that must hold a number. */
function numericLabel(type: MetricType): 'le' | 'quantile' | undefined {
  if (type === 'summary') return 'quantile';
  return type === 'histogram' || type === 'gaugehistogram' ? 'le' : undefined;
}
