import type { PendingSamples } from './pending-samples.ts';

/** A number of consecutive samples of a batch that belong to one `write`. */
export interface Portion {
  readonly write: PendingSamples;
  readonly samples: number;
}

/** The content of one request. */
export interface Batch {
  /** Bytes in memory. */
  readonly bytes: number;
  readonly samples: number;
  readonly portions: readonly Portion[];
  /** Of what a denial says something: batches of another scope may be allowed. @default all batches have the same */
  readonly scope?: string | undefined;
  /** Headers of its request, beside those that all have. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body of the request, compressed. */
  body(): Promise<Buffer> | Buffer;
  /**
   * Two batches with the same samples; undefined where it cannot be split.
   *
   * @param places as of `Failure`, for a batch that knows them
   */
  split(places?: readonly number[]): readonly [Batch, Batch] | undefined;
}
