import type { Distribution, Point } from './point.ts';
import type { Publications } from './publication.ts';
import type { Labels } from './sample.ts';

/** Metrics of one target with the same labels, which CloudWatch assigns to the same minute or second. */
export interface MetricGroup {
  readonly labels: Labels;
  /** Milliseconds since the epoch, whole: the latest of its points. */
  readonly timestamp: number;
  /** Each name once. */
  readonly metrics: readonly GroupedMetric[];
}

/** The published metric of one name. */
export interface GroupedMetric {
  readonly name: string;
  readonly publications: Publications;
  /** One value; at least two, in the order of time; or a distribution. */
  readonly value: number | readonly number[] | Distribution;
  /** The points that are lost with it; none if they are elsewhere, too. Of several values one for each, in their order. */
  readonly points: readonly Point[];
}
