import { quote } from '../../model/samples/quote.ts';
import type { FamilyText, Labels, MetricType, Sample, Series } from '../../model/samples/sample.ts';
import type { DecodeOptions } from '../../model/targets/decoder.ts';
import { takeBound } from '../lines/bound.ts';
import { type DecodedSample, LineDecoder, type LineReading } from '../lines/decoder.ts';
import { MetricNames } from '../lines/metric-names.ts';
import { type SeriesLine, SeriesReader } from '../lines/series.ts';
import type { MemoryBudget } from '../memory/budget.ts';
import { SeriesMemory } from '../memory/series.ts';
import { isKind, kindOf, type SampleKind } from '../tokens/sample-kind.ts';
import { skipBlanks, wordEnd } from '../tokens/tokens.ts';
import { type CommentLine, readComment } from './comment.ts';
import { maySayStart, startSamples } from './created-series.ts';
import { Families, type Family, type FamilyComment } from './families.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const OPENING_BRACE = 0x7b;
const INTEGER = /^[+-]?\d+$/;
const BLANK_LINE: CommentLine = { comment: undefined, fault: undefined };

/** Timestamps are signed integers of 64 bits. */
const TIMESTAMP_BOUND = 2 ** 63;

/**
 * Bytes of a line beside its key: its place in the table and, if it has any, its meaning, its series and the texts of
 * its labels. Measured on exporters' expositions with one to three labels.
 */
const LINE_OVERHEAD = 288;
const UNWANTED_LINE_OVERHEAD = 112;

/** The meaning of a line of the text format: a sample, a HELP or TYPE line, or nothing. */
interface TextMeaning {
  /** The kind of a sample, by the TYPE lines of the last time. */
  readonly kind: SampleKind<Family> | undefined;
  /** Present for a sample that is needed. */
  readonly series: Series | undefined;
  readonly comment: FamilyComment | undefined;
  /** The rule that the line breaks with any value. */
  readonly fault: string | undefined;
}

/** One meaning for all unneeded samples of a kind. */
const unneeded = new WeakMap<SampleKind<Family>, TextMeaning>();

export type TextMemory = SeriesMemory<Families, TextMeaning>;

/** @param budget shared with other memories. @default one of its own */
export function textMemory(budget?: MemoryBudget): TextMemory {
  return new SeriesMemory({ newFamilies: () => new Families(), overheadOf }, budget);
}

export interface DecodedText {
  /** The wanted samples. */
  readonly samples: Sample[];
  /** The number of the others. They were checked like those. */
  readonly unwanted: number;
  /** Texts of families, if requested; the first text of a family counts. */
  readonly texts: readonly FamilyText[];
  /** The first violation of a rule in an exposition whose samples are clear. Absent without any. */
  readonly breach: string | undefined;
}

/**
 * Decodes the Prometheus text formats 0.0.4 and 1.0.0, which differ in quoted names only:
 *
 *     exposition = *( comment LF | sample LF | LF )            (comment: see readComment)
 *     sample     = series value [ timestamp ]                  (series: see SeriesReader)
 *
 * An error refuses the whole page. The decoder is no stricter than the Prometheus server, so a page that is up there is up here.
 * If the server accepts text that the format forbids, the first such fault is the breach. The first HELP or TYPE line of a
 * family counts; a TYPE line after samples of its family counts for them, too. Not checked: the order of families, repeated series.
 *
 * Gauges `x_created` are samples like any other, and also give the `start` of `x`: see startSamples.
 *
 * Of a line whose name and labels `memory` knows, only the value is read. The result is the same.
 *
 * @param body the exposition's bytes, UTF-8
 * @throws DecodeError, NoMemoryError, or the error of `step`
 */
export function decodeText(
  body: Buffer,
  memory: TextMemory,
  options: DecodeOptions = {},
): DecodedText {
  const decoded = new TextExposition(body, memory, options).decode();
  const { lateTypes } = memory.families;
  if (lateTypes === undefined) return decoded;
  const { breach } = decoded;
  return { ...new TextExposition(body, memory, options, lateTypes).decode(), breach };
}

class TextExposition extends LineDecoder<Families, TextMeaning> {
  private readonly names: MetricNames<Family>;
  private readonly reader: SeriesReader<Family>;
  /** Samples that are needed only for their values. */
  private readonly starts: DecodedSample[] = [];
  private breach: string | undefined;

  /** @param types types that the body gives too late, by family. @default none */
  constructor(
    body: Buffer,
    memory: TextMemory,
    options: DecodeOptions,
    types?: ReadonlyMap<string, MetricType>,
  ) {
    super(body, memory, options);
    if (types !== undefined) this.families.preset(types);
    this.names = new MetricNames(this.body, this.families);
    this.reader = new SeriesReader(this.body, this.names, 'loose', options.step);
  }

  decode(): DecodedText {
    const { body, samples, starts } = this;
    this.decodeLines();
    if (!body.terminated) this.report('expected a line feed at its end');
    if (this.families.tellsStarts) startSamples(samples, starts);
    const { texts, breach } = this;
    return { samples, unwanted: this.unwanted + starts.length, texts, breach };
  }

  protected override takeEmptyLine(): void {
    this.at++;
  }

  protected override takeKnown(meaning: TextMeaning, next: number): boolean {
    const { kind } = meaning;
    if (kind === undefined) {
      this.take(meaning, next);
      return true;
    }
    const valueStart = skipBlanks(this.bytes, next);
    // Labels may follow a blank.
    if (this.bytes[valueStart] === OPENING_BRACE) return false;
    if (!isKind(kind, this.families.sampled(kind.name))) return false;
    this.sample(meaning, kind, valueStart);
    return true;
  }

  protected override take(meaning: TextMeaning, next: number): void {
    const { kind, comment, fault } = meaning;
    if (kind !== undefined) {
      this.sample(meaning, kind, next);
      return;
    }
    const broken = comment && this.families.declare(comment);
    // This cheap check comes first, because a page may have a HELP line for every few samples.
    if (this.keepsTexts && comment?.keyword === 'HELP' && comment.text !== undefined) {
      this.texts.push(comment.text);
    }
    const problem = fault ?? broken;
    if (problem !== undefined) this.report(problem);
    this.at = next;
  }

  protected override agree(known: TextMeaning, read: TextMeaning): boolean {
    return known.kind === read.kind;
  }

  protected override read(): LineReading<TextMeaning> {
    const { bytes, at, number, families } = this;
    const first = skipBlanks(bytes, at);
    if (bytes[first] === NEWLINE || bytes[first] === HASH) {
      const { comment, fault } =
        bytes[first] === HASH
          ? readComment(this.body, at, number, this.names, this.keepsTexts)
          : BLANK_LINE;
      const next = this.body.lineEnd(first) + 1;
      return {
        meaning: { kind: undefined, series: undefined, comment, fault },
        keyEnd: next,
        next,
      };
    }
    const line = this.reader.read(at, number);
    this.checkText(at, line.end);
    return {
      meaning: this.meaning(line, families.sampled(line.name)),
      keyEnd: bytes[line.end] === SPACE ? line.end + 1 : undefined,
      next: skipBlanks(bytes, line.end),
    };
  }

  private meaning(line: SeriesLine<Family>, family: Family): TextMeaning {
    const { name, labels } = line;
    const { type } = family;
    const wrong = takeBound(labels, type, this.normalizes);
    const fault = line.fault ?? (wrong && boundFault(wrong, labels));
    const kind = kindOf(name, family, this.wanted);
    if (!kind.wanted && !maySayStart(kind.type, name.name)) {
      return fault === undefined ? unneededOf(kind) : { ...unneededOf(kind), fault };
    }
    const series = { name: name.name, family: family.name, type, labels };
    return { kind, series, comment: undefined, fault };
  }

  /** Reads the value and the timestamp at `valueStart`, up to the end of the line. */
  private sample(
    { series, fault }: TextMeaning,
    { wanted }: SampleKind<Family>,
    valueStart: number,
  ): void {
    const { bytes } = this;
    if (fault !== undefined) {
      this.report(fault);
      // A quoted token may span several lines.
      for (let at = this.at; at < valueStart; at++) if (bytes[at] === NEWLINE) this.number++;
    }
    const valueEnd = wordEnd(bytes, valueStart);
    const value = this.value(valueStart, valueEnd);
    let timestamp: number | undefined;
    let end = skipBlanks(bytes, valueEnd);
    if (bytes[end] !== NEWLINE) {
      const timestampEnd = wordEnd(bytes, end);
      timestamp = this.timestamp(end, timestampEnd);
      end = skipBlanks(bytes, timestampEnd);
    }
    if (wanted || series === undefined) this.add(series, value, timestamp, undefined);
    else this.starts.push({ series, value, timestamp, start: undefined });
    this.at = end + 1;
  }

  /** Keeps the first violation of a rule. */
  private report(problem: string): void {
    this.breach ??= `line ${this.number}: ${problem}`;
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

function boundFault(label: string, labels: Labels): string {
  const text = quote(labels[label] ?? '');
  return `expected a number as value of the label ${quote(label)}, got ${text}`;
}

function overheadOf({ kind, series, comment }: TextMeaning): number {
  if (comment?.keyword === 'HELP') return LINE_OVERHEAD + (comment.text?.help?.length ?? 0);
  return kind !== undefined && series === undefined ? UNWANTED_LINE_OVERHEAD : LINE_OVERHEAD;
}

function unneededOf(kind: SampleKind<Family>): TextMeaning {
  const known = unneeded.get(kind);
  if (known !== undefined) return known;
  const meaning = { kind, series: undefined, comment: undefined, fault: undefined };
  unneeded.set(kind, meaning);
  return meaning;
}
