import type { Distribution, Point } from './point.ts';
import type { Publications } from './publication.ts';
import type { Labels } from './sample.ts';

/** Metrics of one target that belong together: their labels are the same, and CloudWatch puts them into the same minute or second. */
export interface MetricGroup {
  readonly labels: Labels;
  /** Milliseconds since the epoch, whole: the latest of its points. */
  readonly timestamp: number;
  /** Each name once. */
  readonly metrics: readonly GroupedMetric[];
}

/** What is published under one name. */
export interface GroupedMetric {
  readonly name: string;
  readonly publications: Publications;
  /** One value; at least two, in the order of time; or what stands for many. */
  readonly value: number | readonly number[] | Distribution;
  /** Those that are lost if it is; none where they are elsewhere, too. Of several values one for each, in their order. */
  readonly points: readonly Point[];
}
