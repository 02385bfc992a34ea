import { costOfMatching } from '../../model/samples/matched-text.ts';
import { quote } from '../../model/samples/quote.ts';
import type { Exemplar, FamilyText, Sample, Series, Wanted } from '../../model/samples/sample.ts';
import type { DecodeOptions } from '../../model/targets/decoder.ts';
import type { Step } from '../../model/waiting/turn.ts';
import { LineKey } from '../memory/line-key.ts';
import type { KnownLine } from '../memory/line-table.ts';
import type { NameMemory, SeriesMemory } from '../memory/series.ts';
import { ExpositionBody } from '../tokens/body.ts';
import { DecodeError, NoMemoryError } from '../tokens/error.ts';
import { readFloat } from '../tokens/float.ts';

const NEWLINE = 0x0a;

/** Bytes between two checks of limits: some ten lines. A check at each line would take a twentieth of a warm decode's time. */
const BYTES_BETWEEN_CHECKS = 512;

/** Names that are looked for where a series without a type may belong to a family: see `NameFilter`. */
const NAMES_OF_A_KIND = 8;

/** A sample whose start a later line may give. */
export interface DecodedSample extends Sample {
  start: number | undefined;
}

/** The result of reading a line. */
export interface LineReading<Meaning> {
  readonly meaning: Meaning;
  /** Index after the key; `undefined` if the key does not determine the meaning of the line. */
  readonly keyEnd: number | undefined;
  /** Index of the value, or of the next line if there is none. */
  readonly next: number;
}

/**
 * One exposition of any format during its decoding: line by line, and only the unknown part of a line that the memory
 * knows.
 */
export abstract class LineDecoder<Families extends NameMemory, Meaning> {
  // `protected` and `private`, not `#`: see SeriesReader.
  protected readonly body: ExpositionBody;
  protected readonly bytes: Uint8Array;
  protected readonly families: Families;
  /** The wanted samples. */
  protected readonly samples: DecodedSample[] = [];
  /** The number of the others. */
  protected unwanted = 0;
  /** The texts of families in their order, if they are kept. */
  protected readonly texts: FamilyText[] = [];
  protected readonly wanted: Wanted | undefined;
  protected readonly normalizes: boolean;
  protected readonly keepsTexts: boolean;
  protected readonly keepsExemplars: boolean;
  /** Index and number of the current line. */
  protected at = 0;
  protected number = 0;
  private readonly memory: SeriesMemory<Families, Meaning>;
  private readonly step: Step;
  private readonly maxSamples: number;
  private readonly maxNameBytes: number;
  private readonly maxFamilyBytes: number;
  private readonly key: LineKey;
  /** Whether the last line was new, unlike all lines of this exposition and of earlier ones. */
  private lastWasNew = false;

  constructor(
    body: Buffer,
    memory: SeriesMemory<Families, Meaning>,
    {
      wanted,
      normalizeBounds = true,
      texts = false,
      exemplars = false,
      step = () => undefined,
      maxSamples = Number.POSITIVE_INFINITY,
      maxNameBytes = Number.POSITIVE_INFINITY,
    }: DecodeOptions,
  ) {
    this.body = new ExpositionBody(body);
    this.bytes = this.body.bytes;
    this.key = new LineKey(this.body);
    this.memory = memory;
    this.wanted =
      wanted &&
      ((kind) => {
        step(NAMES_OF_A_KIND * costOfMatching(kind.name));
        return wanted(kind, step);
      });
    this.normalizes = normalizeBounds;
    this.keepsTexts = texts;
    this.keepsExemplars = exemplars;
    this.step = step;
    this.maxSamples = maxSamples;
    memory.begin(wanted, texts, body.length);
    this.families = memory.families;
    this.maxNameBytes = maxNameBytes;
    this.maxFamilyBytes = this.families.bytes + maxNameBytes;
  }

  /** Reads the current line up to its value, or all of it without one. */
  protected abstract read(): LineReading<Meaning>;

  /** Whether two meanings of the same line are equal. */
  protected abstract agree(known: Meaning, read: Meaning): boolean;

  /**
   * Decodes the current line, whose key has this meaning.
   *
   * @param next index after the line's key
   * @returns `false` if it means something else this time; then nothing was done
   */
  protected abstract takeKnown(meaning: Meaning, next: number): boolean;

  /**
   * Decodes the rest of a line that was read.
   *
   * @param next index of the value, or of the next line if there is none
   */
  protected abstract take(meaning: Meaning, next: number): void;

  /** Skips the current line, which is empty. */
  protected abstract takeEmptyLine(): void;

  /** @throws DecodeError */
  protected decodeLines(): void {
    try {
      this.eachLine();
    } finally {
      this.memory.end();
    }
  }

  /**
   * Reads the value from `start` to `end`.
   *
   * @throws DecodeError
   */
  protected value(start: number, end: number): number {
    const value = readFloat(this.bytes, start, end);
    if (value !== undefined) return value;
    const got = start < end ? quote(this.body.text(start, end)) : 'nothing';
    throw this.error(`expected float as value, got ${got}`);
  }

  /** @param series absent if it is not wanted */
  protected add(
    series: Series | undefined,
    value: number,
    timestamp: number | undefined,
    start: number | undefined,
    exemplar?: Exemplar,
  ): void {
    if (series === undefined) this.unwanted++;
    // Samples without one have the same shape, which makes them cheaper.
    else if (exemplar === undefined) this.samples.push({ series, value, timestamp, start });
    else this.samples.push({ series, value, timestamp, start, exemplar });
  }

  /**
   * Checks that the bytes from `start` to `end` are UTF-8. Those of comments need not be.
   *
   * @throws DecodeError
   */
  protected checkText(start: number, end: number): void {
    if (this.body.isText(start, end)) return;
    throw this.error('expected UTF-8 text in name and labels, got invalid bytes');
  }

  protected error(problem: string): DecodeError {
    return new DecodeError(this.number, problem);
  }

  private eachLine(): void {
    const { body, memory } = this;
    let previous: { follower: KnownLine<Meaning> | undefined } = memory.first;
    let nextCheck = BYTES_BETWEEN_CHECKS;
    while (this.at < body.length) {
      this.number++;
      if (this.at >= nextCheck) {
        this.check(1 + (this.at - nextCheck) / BYTES_BETWEEN_CHECKS);
        nextCheck = this.at + BYTES_BETWEEN_CHECKS;
      }
      const line = this.line(previous.follower);
      if (line !== undefined) {
        if (previous.follower !== line) previous.follower = line;
        previous = line;
      }
    }
    this.check();
  }

  private check(cost = 1): void {
    this.step(cost);
    if (this.samples.length + this.unwanted > this.maxSamples) {
      throw new NoMemoryError(`${this.maxSamples} samples`);
    }
    if (this.families.bytes > this.maxFamilyBytes) {
      throw new NoMemoryError(`${this.maxNameBytes} bytes of metric names`);
    }
  }

  /**
   * Decodes the current line.
   *
   * @param guess the line that is expected here
   * @returns the known line, if it is known or can be from now on
   */
  private line(guess: KnownLine<Meaning> | undefined): KnownLine<Meaning> | undefined {
    const start = this.at;
    if (guess?.isAt(this.body, start) && this.takeKnown(guess.meaning, start + guess.length)) {
      this.lastWasNew = false;
      return guess;
    }
    if (this.bytes[start] === NEWLINE) {
      this.takeEmptyLine();
      return undefined;
    }
    // A new line is usually followed by another one, for which a lookup would be in vain.
    if (!this.lastWasNew && this.key.find(start)) {
      const line = this.memory.recall(this.key);
      if (line !== undefined && this.takeKnown(line.meaning, start + line.length)) return line;
    }
    return this.newLine();
  }

  /** Decodes the current line in full, and remembers its meaning. */
  private newLine(): KnownLine<Meaning> | undefined {
    const start = this.at;
    const { meaning, keyEnd, next } = this.read();
    const line = keyEnd === undefined ? undefined : this.remembered(start, keyEnd, meaning);
    this.take(line?.meaning ?? meaning, next);
    return line;
  }

  private remembered(
    start: number,
    keyEnd: number,
    meaning: Meaning,
  ): KnownLine<Meaning> | undefined {
    this.key.set(start, keyEnd);
    const line = this.memory.recall(this.key);
    this.lastWasNew = line === undefined;
    if (line === undefined) return this.memory.remember(this.key, meaning);
    if (!this.agree(line.meaning, meaning)) this.memory.change(line, meaning);
    return line;
  }
}
