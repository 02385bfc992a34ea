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
  /** Headers of its request beside the common ones. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body of the request, compressed. */
  body(): Promise<Buffer> | Buffer;
  /** Two batches with the same samples; undefined if it cannot be split. */
  split(): readonly [Batch, Batch] | undefined;
}
