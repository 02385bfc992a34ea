import type { Series } from '../../model/samples/sample.ts';

/** The kind of a metric's data. Sums, histograms and summaries count since their start: cumulative temporality. */
export type Kind = 'gauge' | 'sum' | 'monotonic_sum' | 'histogram' | 'summary';

/** The kind of a series that stands alone, such as a part of a histogram without the others. */
export function kindOf(series: Series): Kind {
  const { name, family, type } = series.origin ?? series;
  if (type === 'counter') return 'monotonic_sum';
  if (type !== 'histogram' && type !== 'summary') return 'gauge';
  if (name === `${family}_bucket` || name === `${family}_count`) return 'monotonic_sum';
  // Observed values may be negative.
  return name === `${family}_sum` ? 'sum' : 'gauge';
}
