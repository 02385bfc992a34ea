import type { Extras, FamilyText, Sample, Wanted } from '../samples/sample.ts';
import type { Step } from '../waiting/turn.ts';
import type { Target } from './target.ts';

/** The answer of a target: one exposition. */
export interface Answer {
  readonly body: Buffer;
  readonly contentType: string;
}

/** Settings of the decoding. Parts beside values are skipped unless they are requested. */
export interface DecodeOptions extends Extras {
  /** Selects the series to decode. @default all */
  readonly wanted?: Wanted | undefined;
  /** Whether `le` of buckets and `quantile` are written as Prometheus 3 stores them, `1.0` for `1`. @default true */
  readonly normalizeBounds?: boolean | undefined;
  /**
   * Called every few lines, every few labels of a line, and for each kind that `wanted` decides; an error that it
   * throws ends the decoding.
   */
  readonly step?: Step | undefined;
  /** Limit of samples. @default none */
  readonly maxSamples?: number | undefined;
  /** Limit of bytes of its new metric names. @default none */
  readonly maxNameBytes?: number | undefined;
}

export interface DecodedAnswer {
  /** The wanted samples. */
  readonly samples: Sample[];
  /** The number of the others. */
  readonly unwanted: number;
  /** Texts of families, if requested; the first text of a family counts. */
  readonly texts: readonly FamilyText[];
  /** The first violation of the format in an answer that could still be read. */
  readonly breach?: string | undefined;
}

/** The size of the decoders' memory. */
export interface Remembered {
  readonly lines: number;
  /** An estimate. */
  readonly bytes: number;
}

/** Decodes the answers of targets into samples. */
export interface Decoder {
  /** The memory of the lines of all targets. */
  readonly remembered: Remembered;

  /** @throws ScrapeError, or the error of `step` */
  decode(
    target: Pick<Target, 'job' | 'protocols'>,
    answer: Answer,
    options?: DecodeOptions,
  ): DecodedAnswer;
}
