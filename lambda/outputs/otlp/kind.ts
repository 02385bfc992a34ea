import type { Series } from '../../model/samples/sample.ts';

/** What kind of data a metric has. All that adds up does so since its start: cumulative temporality. */
export type Kind = 'gauge' | 'sum' | 'monotonic_sum' | 'histogram' | 'summary';

/** Of a series that stands alone. A part of a histogram whose others it is not known by is one, too. */
export function kindOf(series: Series): Kind {
  const { name, family, type } = series.origin ?? series;
  if (type === 'counter') return 'monotonic_sum';
  if (type !== 'histogram' && type !== 'summary') return 'gauge';
  if (name === `${family}_bucket` || name === `${family}_count`) return 'monotonic_sum';
  // What is observed may be negative.
  return name === `${family}_sum` ? 'sum' : 'gauge';
}
