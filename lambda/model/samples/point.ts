import type { Publications } from './publication.ts';
import type { Labels, Series } from './sample.ts';

/** A value to publish, with the ways to publish it. */
export interface Point {
  readonly series: Series;
  readonly labels: Labels;
  readonly value: number | Distribution;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly publications: Publications;
  /** Of a difference: milliseconds that it spans, 0 where that is not known. Absent: the value stands for its time. */
  readonly interval?: number | undefined;
}

/** Observations of which only the numbers in some ranges are known, and their sum. */
export interface Distribution {
  /** Not empty, in ascending order. */
  readonly bins: readonly Bin[];
  /** Of all observations; it need not be that of the bins' values. */
  readonly sum: number;
}

/** Observations that are taken for equal. */
export interface Bin {
  readonly value: number;
  /** How many; above 0. */
  readonly count: number;
  /** The range they lie in. */
  readonly from: number;
  readonly to: number;
}
