import type { Drops } from '../../model/samples/drops.ts';
import type { Sample } from '../../model/samples/sample.ts';
import type { Kind } from './kind.ts';
import type { KnownSeries, SeriesTable } from './known-series.ts';
import type { Part } from './part.ts';

/** The samples that become the data points of one metric. */
export interface Metric {
  readonly name: string;
  readonly kind: Kind;
  /** One for each data point without parts. */
  readonly numbers: { readonly sample: Sample; readonly series: KnownSeries }[];
  /** One for each data point of a histogram or a summary. */
  readonly points: Map<string, Parts>;
}

/** The samples that make up one data point of a histogram or a summary. */
export interface Parts {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** One of them, for its labels. */
  readonly series: KnownSeries;
  readonly start: number | undefined;
  /** Upper bounds, or quantiles, each once; ascending unless `isAscending` is false. */
  readonly places: number[];
  /** One for each place. */
  readonly values: number[];
  isAscending: boolean;
  sum: number | undefined;
  count: number | undefined;
  /** All samples of the point. */
  readonly samples: Sample[];
}

/**
 * Groups the samples of one target by metric: the parts of a histogram or a summary become one metric, and any other
 * sample belongs to the metric of its own name.
 *
 * @param scrapedAt milliseconds since the epoch: the time of samples without a timestamp
 * @param step called for each sample; an error that it throws ends the work
 */
export function metricsOf(
  samples: readonly Sample[],
  scrapedAt: number,
  known: SeriesTable,
  drops: Drops,
  step: () => void = () => undefined,
): Iterable<Metric> {
  const metrics = new Map<string, Metric>();
  let metric: Metric | undefined;
  for (const sample of samples) {
    step();
    const series = known.of(sample.series);
    // Neighbors usually belong to the same metric.
    if (metric === undefined || series.metric !== metric.name || series.kind !== metric.kind) {
      metric = metricFor(metrics, series);
    }
    if (series.part === undefined) {
      metric.numbers.push({ sample, series });
    } else if (!addPart(metric, sample, series, series.part, scrapedAt)) {
      drops.add('duplicate', sample.series);
    }
  }
  return metrics.values();
}

function metricFor(metrics: Map<string, Metric>, { metric: name, kind }: KnownSeries): Metric {
  const key = `${kind}\0${name}`;
  let metric = metrics.get(key);
  if (metric === undefined) {
    metric = { name, kind, numbers: [], points: new Map() };
    metrics.set(key, metric);
  }
  return metric;
}

/** `false` if the point has this part already. */
function addPart(
  metric: Metric,
  sample: Sample,
  series: KnownSeries,
  { role, at }: Part,
  scrapedAt: number,
): boolean {
  const { start, timestamp: time = scrapedAt } = sample;
  const key = time === scrapedAt ? series.point : `${time}${series.point}`;
  let parts = metric.points.get(key);
  if (parts === undefined) {
    parts = partsOf(time, series, start);
    metric.points.set(key, parts);
  }
  return join(parts, sample, { role, at });
}

/** Adds the samples of a data point to another one with the same attributes; the first of two equal parts counts. */
export function mergeParts(
  into: Parts,
  { samples }: Parts,
  known: SeriesTable,
  drops: Drops,
): void {
  for (const sample of samples) {
    const { part } = known.of(sample.series);
    if (part === undefined || !join(into, sample, part)) drops.add('duplicate', sample.series);
  }
}

/** `false` if the point has this part already. */
function join(parts: Parts, sample: Sample, { role, at }: Pick<Part, 'role' | 'at'>): boolean {
  const { value } = sample;
  if (role === 'value') {
    const { places } = parts;
    const isNext = parts.isAscending && at > (places.at(-1) ?? -Infinity);
    if (!isNext && places.length > 0) {
      if (places.includes(at)) return false;
      parts.isAscending = false;
    }
    places.push(at);
    parts.values.push(value);
  } else if (parts[role] === undefined) {
    parts[role] = value;
  } else {
    return false;
  }
  parts.samples.push(sample);
  return true;
}

function partsOf(time: number, series: KnownSeries, start: number | undefined): Parts {
  return {
    time,
    series,
    start,
    places: [],
    values: [],
    isAscending: true,
    sum: undefined,
    count: undefined,
    samples: [],
  };
}
