import type { Distribution, Point } from './point.ts';
import type { Publications } from './publication.ts';
import type { Labels } from './sample.ts';

/** Metrics with the same labels, of one target or of several tasks, which CloudWatch assigns to the same minute or second. */
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
  /** One value; at least two, in the order of time, or of several tasks the greatest first; or a distribution. */
  readonly value: number | readonly number[] | Distribution;
  /** The points that are lost with it; none if they are elsewhere, too. Of several values one for each, in their order. */
  readonly points: readonly Point[];
  /** Absent: all values are of the task that the labels name, or of none. */
  readonly tasks?: TasksOfExtremes | undefined;
}

/** Ids of the tasks with the greatest and the least value of a metric. */
export interface TasksOfExtremes {
  readonly greatest: string;
  readonly least: string;
}
