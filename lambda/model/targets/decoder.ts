import type { Extras, FamilyText, Sample, Wanted } from '../samples/sample.ts';
import type { Step } from '../waiting/turn.ts';
import type { Target } from './target.ts';

/** What a target answered: one exposition. */
export interface Answer {
  readonly body: Buffer;
  readonly contentType: string;
}

/** How an exposition is decoded. What it tells beside values is left out unless it is asked for. */
export interface DecodeOptions extends Extras {
  /** Which series are. @default all */
  readonly wanted?: Wanted | undefined;
  /** Whether `le` of buckets and `quantile` become what Prometheus 3 stores, `1.0` for `1`. @default true */
  readonly normalizeBounds?: boolean | undefined;
  /** Called every few lines, every few labels of a line, and for each kind that `wanted` is asked for; what it throws ends the decoding. */
  readonly step?: Step | undefined;
  /** Samples that there may be. @default any number */
  readonly maxSamples?: number | undefined;
  /** Bytes that its metric names may take, those that were not known before. @default any number */
  readonly maxNameBytes?: number | undefined;
}

export interface DecodedAnswer {
  /** Those that are wanted. */
  readonly samples: Sample[];
  /** The number of the others. */
  readonly unwanted: number;
  /** What it says of families in words, if asked for: of several texts of one the first counts. */
  readonly texts: readonly FamilyText[];
  /** The first rule of its format that the answer breaks, although it could be read. */
  readonly breach?: string | undefined;
}

/** What decoders remember. */
export interface Remembered {
  readonly lines: number;
  /** As far as they can be known. */
  readonly bytes: number;
}

/** Makes samples of what targets answer. */
export interface Decoder {
  /** What is remembered of the lines of all targets. */
  readonly remembered: Remembered;

  /** @throws ScrapeError, or what `step` throws */
  decode(
    target: Pick<Target, 'job' | 'protocols'>,
    answer: Answer,
    options?: DecodeOptions,
  ): DecodedAnswer;
}
