import { countOf, partsOf } from '../../model/samples/distribution-parts.ts';
import type { GroupedMetric } from '../../model/samples/metric-group.ts';
import type { Distribution } from '../../model/samples/point.ts';
import { isMetricValue } from '../../model/settings/metric.ts';
import { MAX_VALUES } from './limits.ts';

/** Values of a metric, which fit into one datum. */
export interface Values {
  /** The number of occurrences by value. At least one value, at most 150. */
  readonly counts: ReadonlyMap<number, number>;
  /** Statistics that the values alone do not give. Absent if they do. */
  readonly statistics?: Statistics | undefined;
}

/** As in a `StatisticSet`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_StatisticSet.html */
export interface Statistics {
  readonly count: number;
  readonly sum: number;
  readonly least: number;
  readonly greatest: number;
}

/** The values of a metric, in parts if they are too many for one; `undefined` if some are outside of CloudWatch's range. */
export function valuesOf({ value }: GroupedMetric): readonly Values[] | undefined {
  if (typeof value === 'number') {
    return isMetricValue(value) ? [{ counts: new Map([[value, 1]]) }] : undefined;
  }
  if (!('bins' in value)) return value.every(isMetricValue) ? counted(value) : undefined;
  const parts = partsOf(value, MAX_VALUES).map(binned);
  return parts.every(isInRange) ? parts : undefined;
}

/** Values that others can be added to. */
export class ValueSum implements Values {
  readonly counts: Map<number, number>;
  statistics: Statistics | undefined;

  constructor({ counts, statistics }: Values) {
    this.counts = new Map(counts);
    this.statistics = statistics;
  }

  /** @returns false if the sum would have too many values, or too large ones */
  add(other: Values): boolean {
    const { counts } = this;
    const fresh = [...other.counts.keys()].filter((value) => !counts.has(value)).length;
    if (counts.size + fresh > MAX_VALUES) return false;
    if (this.statistics !== undefined || other.statistics !== undefined) {
      const both = together(statisticsOf(this), statisticsOf(other));
      if (!areInRange(both)) return false;
      this.statistics = both;
    }
    for (const [value, count] of other.counts) counts.set(value, (counts.get(value) ?? 0) + count);
    return true;
  }
}

function counted(values: readonly number[]): Values[] {
  const parts: Values[] = [];
  let counts = new Map<number, number>();
  for (const value of values) {
    if (counts.size === MAX_VALUES && !counts.has(value)) {
      parts.push({ counts });
      counts = new Map();
    }
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  parts.push({ counts });
  return parts;
}

/** A range has bounds and a sum, which its single value does not show. */
function binned({ bins, sum }: Distribution): Values {
  const counts = new Map<number, number>();
  for (const { value, count } of bins) counts.set(value, (counts.get(value) ?? 0) + count);
  return {
    counts,
    statistics: {
      count: countOf(bins),
      sum,
      least: Math.min(...bins.map(({ from }) => from)),
      greatest: Math.max(...bins.map(({ to }) => to)),
    },
  };
}

function statisticsOf({ counts, statistics }: Values): Statistics {
  if (statistics !== undefined) return statistics;
  let [count, sum, least, greatest] = [0, 0, Infinity, -Infinity];
  for (const [value, times] of counts) {
    count += times;
    sum += value * times;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { count, sum, least, greatest };
}

function together(one: Statistics, other: Statistics): Statistics {
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    least: Math.min(one.least, other.least),
    greatest: Math.max(one.greatest, other.greatest),
  };
}

function isInRange({ counts, statistics }: Values): boolean {
  const isInside = statistics === undefined || areInRange(statistics);
  return isInside && [...counts.keys()].every(isMetricValue);
}

function areInRange({ count, sum, least, greatest }: Statistics): boolean {
  return [count, sum, least, greatest].every(isMetricValue);
}
