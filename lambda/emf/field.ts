import { countOf, partsOf } from '../model/samples/distribution-parts.ts';
import type { DropReason } from '../model/samples/drops.ts';
import type { GroupedMetric, TasksOfExtremes } from '../model/samples/metric-group.ts';
import type { Distribution, Point } from '../model/samples/point.ts';
import type { Publications } from '../model/samples/publication.ts';
import { isMetricName, isMetricValue } from '../model/settings/metric.ts';
import { MAX_VALUES_PER_METRIC } from './limits.ts';

/**
 * The value of a metric in an event: a number, numbers, or values with counts. The last form is not part of the EMF
 * specification; the exporters of AWS write it for histograms, and CloudWatch accepts it:
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/pull/22626
 */
export type FieldValue = number | readonly number[] | ValueCounts;

interface ValueCounts {
  readonly Values: readonly number[];
  readonly Counts: readonly number[];
  readonly Max: number;
  readonly Min: number;
  readonly Count: number;
  readonly Sum: number;
}

/** A part of a metric that fits into one event. */
export interface Field {
  readonly name: string;
  readonly publications: Publications;
  readonly value: FieldValue;
  /** As in `GroupedMetric`. */
  readonly tasks?: TasksOfExtremes | undefined;
  /** The points that are lost with the field; each belongs to one field only. */
  readonly points: readonly Point[];
}

/** The fields of a metric: one, or several if it has more values than an event may hold. */
export function fieldsOf({ name, publications, value, points, tasks }: GroupedMetric): Field[] {
  if (typeof value === 'number') return [{ name, publications, value, points, tasks }];
  if ('bins' in value) {
    return partsOf(value, MAX_VALUES_PER_METRIC).map((part, index) => {
      const own = index === 0 ? points : [];
      return { name, publications, value: valueCounts(part), points: own, tasks };
    });
  }
  return chunks(value).map((part, index) => {
    const [only] = part as [number];
    const from = index * MAX_VALUES_PER_METRIC;
    return {
      name,
      publications,
      value: part.length === 1 ? only : part,
      points: points.slice(from, from + part.length),
      tasks,
    };
  });
}

/** The reason why CloudWatch would refuse a field, or its whole event. */
export function refusalOf({ name, publications, value }: Field): DropReason | undefined {
  // A plain field may have any name, and any number of JSON.
  const isMetric = publications.length > 0;
  if (isMetric && !isMetricName(name)) return 'metric_name';
  const fits = isMetric ? isMetricValue : Number.isFinite;
  const isGood = typeof value === 'number' ? fits(value) : numbersIn(value).every(fits);
  return isGood ? undefined : 'out_of_range';
}

function valueCounts({ bins, sum }: Distribution): ValueCounts {
  return {
    Values: bins.map(({ value }) => value),
    Counts: bins.map(({ count }) => count),
    Max: Math.max(...bins.map(({ to }) => to)),
    Min: Math.min(...bins.map(({ from }) => from)),
    Count: countOf(bins),
    Sum: sum,
  };
}

function chunks(items: readonly number[]): (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  for (let from = 0; from < items.length; from += MAX_VALUES_PER_METRIC) {
    parts.push(items.slice(from, from + MAX_VALUES_PER_METRIC));
  }
  return parts;
}

function numbersIn(value: readonly number[] | ValueCounts): readonly number[] {
  if (!('Values' in value)) return value;
  return [...value.Values, value.Min, value.Max, value.Sum, value.Count];
}
