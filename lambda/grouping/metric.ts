import type { GroupedMetric } from '../model/samples/metric-group.ts';
import type { Distribution, Point } from '../model/samples/point.ts';
import type { Publications } from '../model/samples/publication.ts';

/** The metric of one name in one group. */
export interface Metric {
  readonly name: string;
  readonly publications: Publications;
  /** Whether its differences are published per second. */
  readonly rate: boolean;
  /** Whether its points are in no other metric, so that they are lost with it. */
  readonly counted: boolean;
  /** All of the group's minute, of one kind; at least one. */
  readonly points: Point[];
}

/** The value of the metric's points. */
export function gathered({ name, publications, rate, counted, points }: Metric): GroupedMetric {
  return { name, publications, value: publishedValue(points, rate), points: counted ? points : [] };
}

function publishedValue(points: readonly Point[], rate: boolean): GroupedMetric['value'] {
  const [{ value, interval }] = points as [Point];
  if (typeof value === 'object') return joined(points);
  if (interval !== undefined) return total(points, rate);
  return points.length === 1 ? value : points.map((point) => point.value as number);
}

function joined(points: readonly Point[]): Distribution {
  const distributions = points.map(({ value }) => value as Distribution);
  return {
    bins: distributions.flatMap(({ bins }) => bins),
    sum: distributions.reduce((total, { sum }) => total + sum, 0),
  };
}

/** The sum of the points' increases; per second of their time if `rate`. */
function total(points: readonly Point[], rate: boolean): number {
  let growth = 0;
  for (const { value } of points) growth += value as number;
  if (!rate) return growth;
  // Series that share a name grew in the same time.
  const times = new Map<number, number>();
  for (const { timestamp, interval = 0 } of points) {
    times.set(timestamp, Math.max(times.get(timestamp) ?? 0, interval));
  }
  let milliseconds = 0;
  for (const interval of times.values()) milliseconds += interval;
  return (growth * 1000) / milliseconds;
}
