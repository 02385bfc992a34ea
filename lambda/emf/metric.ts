import type { DropReason } from '../model/samples/drops.ts';
import type { Bin, Distribution, Point } from '../model/samples/point.ts';
import type { Publications } from '../model/samples/publication.ts';
import { MAX_METRIC_NAME, MAX_METRIC_VALUE, MAX_VALUES_PER_METRIC, METRIC_NAME } from './limits.ts';

/** Names of which it is remembered whether they are valid, before that memory is emptied. */
const REMEMBERED_NAMES = 10_000;

const validNames = new Map<string, boolean>();

/** What is in one event under one name. */
export interface Metric {
  readonly name: string;
  readonly publications: Publications;
  /** Whether its differences are published per second. */
  readonly rate: boolean;
  /** Whether its points are nowhere else, so that they are lost if it is. */
  readonly counted: boolean;
  /** All of the event's minute, of one kind; at least one. */
  readonly points: Point[];
}

/**
 * The value of a metric in an event: a number, numbers, or what stands for many. The last is no part of the EMF specification;
 * the exporters of AWS write it for histograms, and CloudWatch takes it:
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
  /** Those that are lost if the field is; each belongs to one field only. */
  readonly points: readonly Point[];
}

/** What a metric is in events: one field, or several where it has more values than one event may hold. */
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

/** Why CloudWatch would not take a field, or would take its whole event amiss. */
export function refusalOf({ name, publications, value }: Field): DropReason | undefined {
  // What is no metric may be called anything, and be any number that JSON has.
  const isMetric = publications.length > 0;
  if (isMetric && !isMetricName(name)) return 'metric_name';
  const largest = isMetric ? MAX_METRIC_VALUE : Number.MAX_VALUE;
  const fits =
    typeof value === 'number'
      ? Math.abs(value) <= largest
      : numbersIn(value).every((number) => Math.abs(number) <= largest);
  return fits ? undefined : 'out_of_range';
}

/** What counters grew by in all of the points' time, in a second of that time if `rate`. */
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

/** The sum of all parts is that of the distributions: what the values do not account for is dealt out by their counts. */
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
