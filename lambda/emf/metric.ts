import type { DropReason } from '../model/samples/drops.ts';
import type { Bin, Distribution, Point } from '../model/samples/point.ts';
import type { Publications } from '../model/samples/publication.ts';
import { MAX_METRIC_NAME, MAX_METRIC_VALUE, MAX_VALUES_PER_METRIC, METRIC_NAME } from './limits.ts';

/** Names whose validity is remembered, before that memory is emptied. */
const REMEMBERED_NAMES = 10_000;

const validNames = new Map<string, boolean>();

/** The metric of one name in one event. */
export interface Metric {
  readonly name: string;
  readonly publications: Publications;
  /** Whether its differences are published per second. */
  readonly rate: boolean;
  /** Whether its points are in no other metric, so that they are lost with it. */
  readonly counted: boolean;
  /** Points of the event's minute, of one kind; at least one. */
  readonly points: Point[];
}

/**
 * The value of a metric in an event: a number, numbers, or values with counts. The last form is not part of the EMF
 * specification; the exporters of AWS write it for histograms, and CloudWatch accepts it:
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/pull/22626
 */
export type MetricValue = number | readonly number[] | ValueCounts;

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
  readonly value: MetricValue;
  /** The points that are lost with the field; each belongs to one field only. */
  readonly points: readonly Point[];
}

/** The fields of a metric: one, or several if it has more values than an event may hold. */
export function fieldsOf(metric: Metric): Field[] {
  const { name, publications, rate, counted, points } = metric;
  const own = counted ? points : [];
  const [{ value, interval }] = points as [Point];
  if (typeof value === 'object') {
    const distributions = points.map((point) => point.value as Distribution);
    return distributionFields(distributions).map((part, index) => {
      return { name, publications, value: part, points: index === 0 ? own : [] };
    });
  }
  if (interval !== undefined) {
    return [{ name, publications, value: total(points, rate), points: own }];
  }
  if (points.length === 1) return [{ name, publications, value, points: own }];
  return chunks(points).map((part) => {
    const values = part.map((point) => point.value as number);
    const [only] = values as [number];
    return { name, publications, value: values.length === 1 ? only : values, points: part };
  });
}

/** The reason why CloudWatch would refuse a field, or its whole event. */
export function refusalOf({ name, publications, value }: Field): DropReason | undefined {
  // A plain field may have any name, and any number of JSON.
  const isMetric = publications.length > 0;
  if (isMetric && !isMetricName(name)) return 'metric_name';
  const largest = isMetric ? MAX_METRIC_VALUE : Number.MAX_VALUE;
  const fits =
    typeof value === 'number'
      ? Math.abs(value) <= largest
      : numbersIn(value).every((number) => Math.abs(number) <= largest);
  return fits ? undefined : 'out_of_range';
}

/** The sum of the points' increases; per second of their time if `rate`. */
function total(points: readonly Point[], rate: boolean): number {
  const growth = points.reduce((sum, { value }) => sum + (value as number), 0);
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

/**
 * The parts of distributions. Their sums add up to that of the distributions: the difference to the values is divided
 * by their counts.
 */
function distributionFields(distributions: readonly Distribution[]): ValueCounts[] {
  const bins = distributions.flatMap((distribution) => distribution.bins);
  let sum = distributions.reduce((total, distribution) => total + distribution.sum, 0);
  const parts = chunks(bins);
  let count = countOf(bins);
  let estimate = sumOf(bins);
  return parts.map((part, index) => {
    const partCount = countOf(part);
    const partEstimate = sumOf(part);
    const isLast = index === parts.length - 1;
    const share = isLast ? sum : partEstimate + ((sum - estimate) * partCount) / count;
    sum -= share;
    count -= partCount;
    estimate -= partEstimate;
    return valueCounts(part, partCount, share);
  });
}

function valueCounts(bins: readonly Bin[], count: number, sum: number): ValueCounts {
  return {
    Values: bins.map(({ value }) => value),
    Counts: bins.map((bin) => bin.count),
    Max: Math.max(...bins.map(({ to }) => to)),
    Min: Math.min(...bins.map(({ from }) => from)),
    Count: count,
    Sum: sum,
  };
}

function countOf(bins: readonly Bin[]): number {
  return bins.reduce((total, { count }) => total + count, 0);
}

function sumOf(bins: readonly Bin[]): number {
  return bins.reduce((total, { value, count }) => total + value * count, 0);
}

function chunks<T>(items: readonly T[]): (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let from = 0; from < items.length; from += MAX_VALUES_PER_METRIC) {
    parts.push(items.slice(from, from + MAX_VALUES_PER_METRIC));
  }
  return parts;
}

function numbersIn(value: readonly number[] | ValueCounts): readonly number[] {
  if (!('Values' in value)) return value;
  return [...value.Values, value.Min, value.Max, value.Sum, value.Count];
}

function isMetricName(name: string): boolean {
  let valid = validNames.get(name);
  if (valid === undefined) {
    valid = name.length <= MAX_METRIC_NAME && METRIC_NAME.test(name);
    if (validNames.size >= REMEMBERED_NAMES) validNames.clear();
    validNames.set(name, valid);
  }
  return valid;
}
