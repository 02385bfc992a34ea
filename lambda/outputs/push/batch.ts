import type { PendingSamples } from './pending-samples.ts';

/** What the samples of a batch belong to: so many of them, one after the other, to one `write`. */
export interface Portion {
  readonly write: PendingSamples;
  readonly samples: number;
}

/** What goes out in one request. */
export interface Batch {
  /** Bytes that it keeps in memory. */
  readonly bytes: number;
  readonly samples: number;
  readonly portions: readonly Portion[];
  /** Headers of its request, beside those that all have. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body of the request, compressed. */
  body(): Promise<Buffer> | Buffer;
  /** Two batches with the same samples; undefined where it cannot be split. */
  split(): readonly [Batch, Batch] | undefined;
}
