import type { LogEvent } from '../../lambda/model/delivery/event.ts';
import { directivesOf, documentOf, type ValueCounts } from '../emf/events.ts';

/** What CloudWatch keeps of a metric for one period. */
export interface StoredPeriod {
  readonly count: number;
  readonly sum: number;
  readonly least: number;
  readonly greatest: number;
  /** How often each value occurred, which is what percentiles are made of. */
  readonly values: ReadonlyMap<number, number>;
}

/** An entry of `MetricData`, as PutMetricData takes it by AWS JSON. */
export interface MetricDatum {
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  /** Seconds. */
  readonly Timestamp: number;
  readonly Unit?: string;
  readonly StorageResolution?: number;
  readonly Values: readonly number[];
  readonly Counts?: readonly number[];
  readonly StatisticValues?: {
    readonly SampleCount: number;
    readonly Sum: number;
    readonly Minimum: number;
    readonly Maximum: number;
  };
}

/** The body of a request. */
export interface PutMetricDataRequest {
  readonly Namespace: string;
  readonly MetricData: readonly MetricDatum[];
}

interface Given {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string | undefined;
  readonly resolution: number | undefined;
  readonly dimensions: readonly (readonly [name: string, value: unknown])[];
  /** Milliseconds. */
  readonly timestamp: number;
  readonly stored: StoredPeriod;
}

/**
 * A small model of how CloudWatch stores metrics, with what its documentation says: by namespace, name, dimensions and unit, one
 * set of statistics for each minute, or second of high resolution, in which all that comes is added up.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
export class StoredMetrics {
  readonly #periods = new Map<string, StoredPeriod>();

  /** By one text for a metric and a period, in the order of that. */
  get periods(): readonly (readonly [string, StoredPeriod])[] {
    return [...this.#periods].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  addEvents(events: readonly LogEvent[]): void {
    for (const event of events) {
      const document = documentOf(event);
      for (const { Namespace, Dimensions, Metrics } of directivesOf(event)) {
        for (const { Name, Unit, StorageResolution } of Metrics) {
          for (const set of Dimensions) {
            this.#add({
              namespace: Namespace,
              name: Name,
              unit: Unit,
              resolution: StorageResolution,
              dimensions: set.map((name) => [name, document[name]] as const),
              timestamp: document._aws?.Timestamp ?? Number.NaN,
              stored: ofMember(document[Name]),
            });
          }
        }
      }
    }
  }

  addRequest({ Namespace, MetricData }: PutMetricDataRequest): void {
    for (const datum of MetricData) {
      this.#add({
        namespace: Namespace,
        name: datum.MetricName,
        unit: datum.Unit,
        resolution: datum.StorageResolution,
        dimensions: (datum.Dimensions ?? []).map(({ Name, Value }) => [Name, Value] as const),
        timestamp: datum.Timestamp * 1_000,
        stored: ofDatum(datum),
      });
    }
  }

  #add({ resolution = 60, timestamp, stored, ...metric }: Given): void {
    const { namespace, name, unit = 'None', dimensions } = metric;
    const period = Math.floor(Math.round(timestamp) / (resolution * 1_000)) * resolution;
    const sorted = [...dimensions].sort(([one], [other]) => (one < other ? -1 : 1));
    const key = JSON.stringify([namespace, name, sorted, unit, resolution, period]);
    const before = this.#periods.get(key);
    this.#periods.set(key, before === undefined ? stored : together(before, stored));
  }
}

function ofMember(value: unknown): StoredPeriod {
  if (typeof value === 'number') return ofValues([value]);
  if (Array.isArray(value)) return ofValues(value);
  const { Values, Counts, Min, Max, Count, Sum } = value as ValueCounts;
  return { ...ofValues(Values, Counts), count: Count, sum: Sum, least: Min, greatest: Max };
}

function ofDatum({ Values, Counts, StatisticValues: given }: MetricDatum): StoredPeriod {
  const stored = ofValues(Values, Counts);
  if (given === undefined) return stored;
  const { SampleCount: count, Sum: sum, Minimum: least, Maximum: greatest } = given;
  return { ...stored, count, sum, least, greatest };
}

function ofValues(values: readonly number[], counts?: readonly number[]): StoredPeriod {
  const occurred = new Map<number, number>();
  let [count, sum] = [0, 0];
  for (const [index, value] of values.entries()) {
    const times = counts?.[index] ?? 1;
    occurred.set(value, (occurred.get(value) ?? 0) + times);
    count += times;
    sum += value * times;
  }
  return {
    count,
    sum,
    least: Math.min(...values),
    greatest: Math.max(...values),
    values: occurred,
  };
}

function together(one: StoredPeriod, other: StoredPeriod): StoredPeriod {
  const values = new Map(one.values);
  for (const [value, times] of other.values) values.set(value, (values.get(value) ?? 0) + times);
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    least: Math.min(one.least, other.least),
    greatest: Math.max(one.greatest, other.greatest),
    values,
  };
}
