import type { Drops } from '../../model/drops.ts';
import type { Sample, Series } from '../../model/sample.ts';
import { type Part, partOf } from './part.ts';

/** What kind of data a metric has. All that adds up does so since its start: cumulative temporality. */
export type Kind = 'gauge' | 'sum' | 'monotonic_sum' | 'histogram' | 'summary';

/** The samples that become the data points of one metric. */
export type Metric =
  | {
      readonly name: string;
      readonly kind: 'gauge' | 'sum' | 'monotonic_sum';
      /** One for each data point. */
      readonly samples: Sample[];
    }
  | {
      readonly name: string;
      readonly kind: 'histogram' | 'summary';
      /** One for each data point. */
      readonly points: Map<string, Parts>;
    };

/** The samples that make up one data point of a histogram or a summary. */
export interface Parts {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** One of them, for its labels. */
  readonly series: Series;
  readonly start?: number | undefined;
  sum?: Sample;
  count?: Sample;
  /** By upper bound, or by quantile. */
  readonly values: Map<number, Sample>;
}

/**
 * Sorts the samples of one target by the metrics that they belong to: the parts of a histogram or a summary to one, any
 * other to that of its own name.
 *
 * @param scrapedAt milliseconds since the epoch: the time of samples without one of their own
 */
export function metricsOf(
  samples: readonly Sample[],
  scrapedAt: number,
  drops: Drops,
): Iterable<Metric> {
  const metrics = new Map<string, Metric>();
  let last: Metric | undefined;
  let lastSeries: Series | undefined;
  for (const sample of samples) {
    const { series } = sample;
    const part = partOf(series);
    if (part !== undefined) {
      addPart(metricFor(metrics, part.name, part.kind), sample, part, scrapedAt, drops);
      continue;
    }
    // Neighbours are mostly of the same metric.
    if (last === undefined || series.name !== lastSeries?.name || series.type !== lastSeries.type) {
      last = metricFor(metrics, series.name, numberKind(series));
      lastSeries = series;
    }
    if ('samples' in last) last.samples.push(sample);
  }
  return metrics.values();
}

/** Of a sample that stands alone. A part of a histogram whose others it is not known by is one, too. */
function numberKind(series: Series): 'gauge' | 'sum' | 'monotonic_sum' {
  const { name, family, type } = series.origin ?? series;
  if (type === 'counter') return 'monotonic_sum';
  if (type !== 'histogram' && type !== 'summary') return 'gauge';
  if (name === `${family}_bucket` || name === `${family}_count`) return 'monotonic_sum';
  // What is observed may be negative.
  return name === `${family}_sum` ? 'sum' : 'gauge';
}

function metricFor(metrics: Map<string, Metric>, name: string, kind: Kind): Metric {
  const key = `${kind}\0${name}`;
  let metric = metrics.get(key);
  if (metric === undefined) {
    metric =
      kind === 'histogram' || kind === 'summary'
        ? { name, kind, points: new Map() }
        : { name, kind, samples: [] };
    metrics.set(key, metric);
  }
  return metric;
}

function addPart(
  metric: Metric,
  sample: Sample,
  { role, at, exclude }: Part,
  scrapedAt: number,
  drops: Drops,
): void {
  if (!('points' in metric)) return;
  const { series, start, timestamp: time = scrapedAt } = sample;
  const key = pointKey(series, time, exclude);
  let parts = metric.points.get(key);
  if (parts === undefined) {
    parts = { time, series, start, values: new Map() };
    metric.points.set(key, parts);
  }
  if (role === 'value') {
    if (parts.values.has(at)) drops.add('duplicate', series);
    else parts.values.set(at, sample);
  } else if (parts[role] !== undefined) drops.add('duplicate', series);
  else parts[role] = sample;
}

/** One text for the samples of one data point: their time and labels, but for the one that tells them apart. */
function pointKey({ labels }: Series, time: number, exclude: string): string {
  const names = Object.keys(labels);
  if (names.length > 1) names.sort();
  let key = String(time);
  for (const name of names) {
    const value = labels[name];
    if (value && name !== exclude) key += `\0${name}\0${value.length}\0${value}`;
  }
  return key;
}
