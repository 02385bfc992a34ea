import { quote } from '../../model/samples/quote.ts';
import type { Exemplar, FamilyText, Labels, Sample } from '../../model/samples/sample.ts';
import type { DecodeOptions } from '../../model/targets/decoder.ts';
import { takeBound } from '../lines/bound.ts';
import { LineDecoder, type LineReading } from '../lines/decoder.ts';
import { MetricNames } from '../lines/metric-names.ts';
import { type SeriesLine, SeriesReader } from '../lines/series.ts';
import type { MemoryBudget } from '../memory/budget.ts';
import { SeriesMemory } from '../memory/series.ts';
import { readFloat } from '../tokens/float.ts';
import { isKind } from '../tokens/sample-kind.ts';
import { wordEnd } from '../tokens/tokens.ts';
import { readDescriptor } from './comment.ts';
import { type Descriptor, type MetricName, OpenMetricsFamilies } from './families.ts';
import { meaningOf, type OpenMetricsMeaning, overheadOf, type SampleMeaning } from './meaning.ts';
import { MetricPoints, type Report } from './metric-points.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;

/**
 * Unicode characters of the names and values of an exemplar's labels.
 * https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md#exemplars
 */
const MAX_EXEMPLAR_CHARACTERS = 128;

export type OpenMetricsMemory = SeriesMemory<OpenMetricsFamilies, OpenMetricsMeaning>;

/** @param budget shared with other memories. @default one of its own */
export function openMetricsMemory(budget?: MemoryBudget): OpenMetricsMemory {
  return new SeriesMemory({ newFamilies: () => new OpenMetricsFamilies(), overheadOf }, budget);
}

export interface DecodedOpenMetrics {
  /** The wanted samples. */
  readonly samples: Sample[];
  /** The number of the others. They were checked like those. */
  readonly unwanted: number;
  /** Texts of families, if requested; the first text of a family counts. */
  readonly texts: readonly FamilyText[];
  /** The first violation of a rule in an exposition whose samples are clear. Absent: the exposition is valid. */
  readonly breach: string | undefined;
}

/**
 * Decodes OpenMetrics text 1.0.0 and 0.0.1, with quoted names as in the Prometheus text format 1.0.0:
 *
 *     exposition = *( descriptor LF | sample LF ) "# EOF" [ LF ]           (descriptor: see readDescriptor)
 *     sample     = series " " value [ " " seconds ] [ exemplar ]            (series: see SeriesReader, strict)
 *     exemplar   = " # {" [ labels ] "} " value [ " " seconds ]
 *
 * https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 *
 * Text outside of this grammar is an error, which refuses the whole page, as in Prometheus. Text that breaks a rule about
 * names, types, values or order is a breach: Prometheus accepts such samples, and widely used client libraries expose them.
 * Not checked: repeated series without a timestamp.
 *
 * A `_created` line is not a sample; it gives the `start` of the others of its point. An exemplar is always checked, and
 * left out if its labels are too long.
 *
 * @param body the exposition's bytes, UTF-8
 * @throws DecodeError, NoMemoryError, or the error of `step`
 */
export function decodeOpenMetrics(
  body: Buffer,
  memory: OpenMetricsMemory,
  options: DecodeOptions = {},
): DecodedOpenMetrics {
  return new OpenMetricsExposition(body, memory, options).decode();
}

class OpenMetricsExposition extends LineDecoder<OpenMetricsFamilies, OpenMetricsMeaning> {
  private readonly names: MetricNames<MetricName>;
  private readonly reader: SeriesReader<MetricName>;
  /** A reader of its own, because its memory of labels is useful only among labels of the same kind. */
  private readonly exemplars: SeriesReader<MetricName>;
  private breach: string | undefined;
  private complete = false;
  /** Of the current line, if it is kept. */
  private exemplar: Exemplar | undefined;
  private readonly points: MetricPoints;

  constructor(body: Buffer, memory: OpenMetricsMemory, options: DecodeOptions) {
    super(body, memory, options);
    this.names = new MetricNames(this.body, this.families);
    this.reader = new SeriesReader(this.body, this.names, 'strict', options.step);
    this.exemplars = new SeriesReader(this.body, this.names, 'strict', options.step);
    this.points = new MetricPoints(this.samples, this.families.exposition, this.report);
  }

  decode(): DecodedOpenMetrics {
    this.decodeLines();
    if (!this.complete) {
      throw this.error('expected # EOF at the end, got the end of the exposition');
    }
    const { samples, unwanted, texts, breach } = this;
    return { samples, unwanted, texts, breach };
  }

  protected override takeEmptyLine(): void {
    throw this.error('expected a sample or a comment, got an empty line');
  }

  protected override takeKnown(meaning: OpenMetricsMeaning, next: number): boolean {
    if ('keyword' in meaning) {
      this.describe(meaning, next);
      return true;
    }
    const { kind } = meaning;
    if (!isKind(kind, this.families.sampled(kind.name, this.report))) return false;
    this.sample(meaning, next);
    return true;
  }

  protected override take(meaning: OpenMetricsMeaning, next: number): void {
    if ('keyword' in meaning) this.describe(meaning, next);
    else this.sample(meaning, next);
  }

  protected override agree(known: OpenMetricsMeaning, read: OpenMetricsMeaning): boolean {
    if ('keyword' in known || 'keyword' in read) return true;
    return known.kind === read.kind;
  }

  protected override read(): LineReading<OpenMetricsMeaning> {
    const { body, bytes, at, number } = this;
    if (bytes[at] === HASH) {
      const next = body.lineEnd(at) + 1;
      this.checkText(at, next);
      const meaning = readDescriptor(body, at, number, this.names, this.keepsTexts);
      return { meaning, keyEnd: next, next };
    }
    const line = this.reader.read(at, number);
    this.checkText(at, line.end);
    this.expectByte(SPACE, line.end, 'a blank and a value');
    const next = line.end + 1;
    return { meaning: this.meaning(line), keyEnd: next, next };
  }

  private meaning(line: SeriesLine<MetricName>): SampleMeaning {
    const family = this.families.sampled(line.name, this.report);
    const meaning = meaningOf(line, this.families, family, this.wanted);
    // A text that is not a number was reported already.
    takeBound(line.labels, family.type, this.normalizes);
    return meaning;
  }

  private describe(descriptor: Descriptor, next: number): void {
    this.at = next;
    this.points.end();
    if (descriptor.keyword !== 'EOF') {
      this.families.describe(descriptor, this.report);
      if (this.keepsTexts && descriptor.keyword !== 'TYPE' && descriptor.text !== undefined) {
        this.texts.push(descriptor.text);
      }
      return;
    }
    this.complete = true;
    if (next < this.body.length) {
      this.number++;
      const rest = this.body.text(next, this.body.lineEnd(next));
      throw this.error(`expected nothing after # EOF, got ${quote(rest)}`);
    }
  }

  /** Reads the rest of a line after the blank behind name and labels. */
  private sample(meaning: SampleMeaning, valueStart: number): void {
    const { bytes, points } = this;
    const { kind, metric, rule, series, bound, fault } = meaning;
    const valueEnd = wordEnd(bytes, valueStart);
    const value = this.value(valueStart, valueEnd);
    let end = valueEnd;
    let seconds: number | undefined;
    if (bytes[end] === SPACE && bytes[end + 1] !== HASH) {
      const timestampStart = end + 1;
      end = wordEnd(bytes, timestampStart);
      seconds = this.timestamp(timestampStart, end);
    }
    this.exemplar = undefined;
    if (bytes[end] === SPACE && bytes[end + 1] === HASH) end = this.readExemplar(meaning, end);
    this.expectByte(NEWLINE, end, 'the end of the line');
    if (fault !== undefined) this.report(fault);
    const accepted = rule.accepts(value);
    if (!accepted) {
      this.report(`expected ${rule.expected} as value of ${quote(kind.name.name)}, got ${value}`);
    }
    points.enter(kind.family, metric, seconds, this.number, rule.start);
    if (!rule.start) {
      const timestamp = seconds === undefined ? undefined : Math.round(seconds * 1000);
      this.add(series, value, timestamp, points.start, this.exemplar);
      points.add(rule, bound, value);
    } else if (accepted) points.created(value);
    this.at = end + 1;
  }

  /**
   * Reads an exemplar.
   *
   * @param start index of the blank before it
   * @returns the index after it
   */
  private readExemplar({ rule, kind }: SampleMeaning, start: number): number {
    const { bytes } = this;
    this.expectByte(SPACE, start + 2, 'a blank after the "#" of an exemplar');
    const { labels, end: labelsEnd, fault } = this.exemplars.readLabelSet(start + 3, this.number);
    this.checkText(start, labelsEnd);
    if (fault !== undefined) this.report(fault);
    this.expectByte(SPACE, labelsEnd, 'a blank after the labels of an exemplar');
    let end = wordEnd(bytes, labelsEnd + 1);
    const value = this.value(labelsEnd + 1, end);
    let timestamp: number | undefined;
    if (bytes[end] === SPACE) {
      const timestampStart = end + 1;
      end = wordEnd(bytes, timestampStart);
      timestamp = Math.round(this.timestamp(timestampStart, end) * 1000);
    }
    if (!rule.exemplars) this.report(`expected no exemplar at ${quote(kind.name.name)}`);
    const characters = characterCount(labels);
    if (characters > MAX_EXEMPLAR_CHARACTERS) {
      this.report(
        `expected at most ${MAX_EXEMPLAR_CHARACTERS} characters in the labels of an exemplar, got ${characters}`,
      );
    } else if (this.keepsExemplars) {
      this.exemplar = { labels, value, timestamp };
    }
    return end;
  }

  private timestamp(start: number, end: number): number {
    const seconds = readFloat(this.bytes, start, end);
    if (seconds !== undefined && Number.isFinite(seconds * 1000)) return seconds;
    const got = start < end ? quote(this.body.text(start, end)) : 'nothing';
    throw this.error(`expected seconds as timestamp, got ${got}`);
  }

  private expectByte(byte: number, at: number, what: string): void {
    if (this.bytes[at] === byte) return;
    const rest = this.body.text(at, this.body.lineEnd(at));
    throw this.error(`expected ${what}, got ${rest === '' ? 'the end of the line' : quote(rest)}`);
  }

  /** Keeps the first violation of a rule. */
  private readonly report: Report = (problem, line = this.number) => {
    this.breach ??= `line ${line}: ${problem}`;
  };
}

/** Unicode characters of all names and values. */
function characterCount(labels: Labels): number {
  return [...Object.entries(labels).flat().join('')].length;
}
