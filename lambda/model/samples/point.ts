import type { Publications } from './publication.ts';
import type { Labels, Series } from './sample.ts';

/** A value to publish, with its publications. */
export interface Point {
  readonly series: Series;
  readonly labels: Labels;
  readonly value: number | Distribution;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly publications: Publications;
  /** Milliseconds that a difference spans, 0 if unknown. Absent for a value at one time. */
  readonly interval?: number | undefined;
}

/** Observations of which only the counts of ranges and the sum are known. */
export interface Distribution {
  /** Not empty, in ascending order. */
  readonly bins: readonly Bin[];
  /** Sum of all observations; the bins' values need not add up to it. */
  readonly sum: number;
}

/** Observations that count as equal. */
export interface Bin {
  readonly value: number;
  /** Number of observations; above 0. */
  readonly count: number;
  /** The range of the observations. */
  readonly from: number;
  readonly to: number;
}
