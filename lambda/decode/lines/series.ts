import { quote } from '../../model/samples/quote.ts';
import { labelsOf } from '../../model/samples/sample.ts';
import type { ExpositionBody } from '../tokens/body.ts';
import { DecodeError, TooManyLabelsError } from '../tokens/error.ts';
import { RepeatedToken } from '../tokens/repeated.ts';
import { DIGIT, isIn, LABEL_NAME, skipBlanks } from '../tokens/tokens.ts';
import type { MetricNames } from './metric-names.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Most labels of a line; real series have some tens. Copying, sorting and writing takes up to 5 microseconds for each label,
 * and cannot be interrupted.
 */
export const MAX_LABELS = 1_024;

/** More than most lines have: to step at each label would take a tenth of a cold decode's time. */
const LABELS_OF_A_STEP = 16;

/** Labels as a line writes them, and where they end. */
export interface LabelSet {
  readonly labels: Record<string, string>;
  /** Index after them. */
  readonly end: number;
  /** The first rule of the format that they break, although Prometheus takes them. */
  readonly fault: string | undefined;
}

/** Name and labels of a sample line. */
export interface SeriesLine<Name> extends LabelSet {
  readonly name: Name;
}

/** `strict`: nothing but what Prometheus takes in OpenMetrics, so neither blanks between tokens nor line feeds in a value. */
export type Spacing = 'loose' | 'strict';

/**
 * Reads the part of a sample line before its value:
 *
 *     series = name [ "{" labels "}" ] | "{" quoted [ "," labels ] "}"
 *     labels = [ label *( "," label ) ] [ "," ]
 *     label  = ( name | quoted ) "=" quoted                     (name, quoted: see lambda/decode/tokens/tokens.ts)
 *
 * Blanks and tabs may stand between all tokens, but not where the spacing is strict.
 *
 * Prometheus takes a little more, which is a fault of the line: a label without a comma before it and a line feed in a quoted
 * token, each where the spacing is not strict, and in OpenMetrics a comma after the last label.
 */
export class SeriesReader<Name extends { readonly name: string }> {
  // `private`, not `#`: the brand checks of private methods cost a third of a cold decode.
  private readonly body: ExpositionBody;
  private readonly bytes: Uint8Array;
  private readonly names: MetricNames<Name>;
  private readonly strict: boolean;
  private readonly step: () => void;
  private readonly keys: RepeatedToken[] = [];
  private readonly values: RepeatedToken[] = [];
  private number = 0;
  private at = 0;
  private fault: string | undefined;

  /** @param step called every few labels of a line; what it throws ends the reading */
  constructor(
    body: ExpositionBody,
    names: MetricNames<Name>,
    spacing: Spacing = 'loose',
    step: () => void = () => undefined,
  ) {
    this.body = body;
    this.bytes = body.bytes;
    this.names = names;
    this.strict = spacing === 'strict';
    this.step = step;
  }

  /**
   * @param start index of the line
   * @param number the line's, from 1, for the message
   * @throws DecodeError, TooManyLabelsError
   */
  read(start: number, number: number): SeriesLine<Name> {
    this.number = number;
    this.fault = undefined;
    const nameStart = this.skip(start);
    const end = this.names.read(nameStart);
    const name = end > nameStart ? this.names.last : undefined;
    this.at = this.skip(end);
    if (!this.take(OPENING_BRACE)) {
      if (name === undefined) throw this.expected('a metric name', nameStart);
      return { name, labels: labelsOf(), end, fault: undefined };
    }
    const labels = labelsOf();
    const found = this.readLabels(labels, name);
    if (found === undefined) throw this.error('expected a metric name, got labels only');
    return { name: found, labels, end: this.at + 1, fault: this.fault };
  }

  /**
   * Reads labels that are not those of a series, such as an exemplar's.
   *
   * @param start index of their opening brace
   * @throws DecodeError, TooManyLabelsError
   */
  readLabelSet(start: number, number: number): LabelSet {
    this.number = number;
    this.fault = undefined;
    this.at = start;
    if (!this.take(OPENING_BRACE)) throw this.expected('"{"');
    const labels = labelsOf();
    const name = this.readLabels(labels, undefined);
    if (name !== undefined) throw this.error(`expected labels only, got ${quote(name.name)}`);
    return { labels, end: this.at + 1, fault: this.fault };
  }

  /**
   * Adds the labels up to the closing brace.
   *
   * @param before the metric name before the braces
   * @returns the metric name before or within them
   */
  private readLabels(labels: Record<string, string>, before: Name | undefined): Name | undefined {
    let name = before;
    // `a{,}` is let through, as prometheus/client_python does; `a{b="c",,}` is not.
    if (!this.strict) this.take(COMMA);
    for (let index = 0; this.peek() !== CLOSING_BRACE; index++) {
      if (index % LABELS_OF_A_STEP === LABELS_OF_A_STEP - 1) this.step();
      if (index === MAX_LABELS) throw new TooManyLabelsError(this.number, MAX_LABELS);
      const quoted = this.peek() === QUOTE;
      const keyToken = tokenAt(this.keys, index, this.body);
      const key = quoted ? this.readQuoted(keyToken) : this.readLabelName(keyToken);
      const isName = quoted && this.peek() !== EQUALS;
      if (isName) {
        if (name !== undefined) {
          throw this.error(`expected one metric name, got ${quote(name.name)} and ${quote(key)}`);
        }
        if (key !== '') name = this.names.of(key);
      } else {
        if (!this.take(EQUALS)) throw this.expected(`'=' after label name ${quote(key)}`);
        if (this.peek() !== QUOTE) throw this.expected(`'"' at start of label value`);
        const value = this.readQuoted(tokenAt(this.values, index, this.body));
        if (key === '__name__') throw this.error('label name "__name__" is reserved');
        if (index > 0 && labels[key] !== undefined)
          throw this.error(`label ${quote(key)} is given twice`);
        labels[key] = value;
      }
      if (this.take(COMMA)) {
        if (this.strict && this.peek() === CLOSING_BRACE) {
          this.fault ??= `expected a label after the "," after ${quote(key)}`;
        }
      } else if (this.peek() !== CLOSING_BRACE) {
        if (this.strict || isName || !this.isAtLabel()) {
          throw this.expected('"," or "}" after a label');
        }
        this.fault ??= `expected "," after the label ${quote(key)}`;
      }
    }
    return name;
  }

  private isAtLabel(): boolean {
    return this.peek() === QUOTE || isIn(LABEL_NAME & ~DIGIT, this.peek());
  }

  private readLabelName(token: RepeatedToken): string {
    const end = token.readName(this.at, LABEL_NAME);
    if (end === this.at) throw this.expected('a label name');
    this.at = this.skip(end);
    return token.text;
  }

  private readQuoted(token: RepeatedToken): string {
    const start = this.at;
    const end = token.readQuoted(start, !this.strict);
    if (end === -1) {
      const rest = this.body.text(start + 1, this.body.lineEnd(start));
      throw this.error(`expected a closing quote, got the end of the line after ${quote(rest)}`);
    }
    if (token.spansLines) {
      this.fault ??= `expected a line feed in quotes to be written as \\n, got ${quote(token.text)}`;
    }
    this.at = this.skip(end);
    return token.text;
  }

  private skip(at: number): number {
    return this.strict ? at : skipBlanks(this.bytes, at);
  }

  private peek(): number | undefined {
    return this.bytes[this.at];
  }

  /** Whether the byte at hand is this one; if so, it and the blanks after it are behind. */
  private take(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at = this.skip(this.at + 1);
    return true;
  }

  private expected(what: string, at: number = this.at): DecodeError {
    const got =
      this.bytes[at] === NEWLINE
        ? 'the end of the line'
        : quote(this.body.text(at, this.body.lineEnd(at)));
    return this.error(`expected ${what}, got ${got}`);
  }

  private error(problem: string): DecodeError {
    return new DecodeError(this.number, problem);
  }
}

function tokenAt(tokens: RepeatedToken[], place: number, body: ExpositionBody): RepeatedToken {
  const known = tokens[place];
  if (known !== undefined) return known;
  const added = new RepeatedToken(body);
  tokens[place] = added;
  return added;
}
