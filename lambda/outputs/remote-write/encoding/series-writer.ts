import type { Labels, Series } from '../../../model/samples/sample.ts';
import type { Batch, Portion } from '../../push/batch.ts';
import type { SnappyWriter } from '../../wire/snappy-writer.ts';
import type { FamilyTexts } from './family-texts.ts';
import type { LabelWriter } from './label-writer.ts';

/** An exemplar as it is sent. */
export interface TimedExemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch, an integer. */
  readonly time: number;
}

/** Writes the series of requests in one version of the protocol. */
export interface SeriesWriter {
  /** Takes the samples of a series between its `begin` and its `end`. */
  readonly block: SnappyWriter;
  /** Whether samples carry the start of their series. */
  readonly hasStarts: boolean;
  /** Bytes of the request so far, before compression. */
  readonly length: number;
  /**
   * Begins a series with the found labels.
   *
   * @param samplesSize bytes of all of its samples
   * @param texts the texts of its family
   */
  begin(
    labels: LabelWriter,
    samplesSize: number,
    series: Series,
    texts: FamilyTexts,
    exemplars: readonly TimedExemplar[],
  ): void;
  /** Ends the series that was begun. */
  end(): void;
  /** Ends the request and begins another. */
  take(portions: readonly Portion[]): Batch;
}
