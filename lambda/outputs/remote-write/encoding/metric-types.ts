import type { MetricType } from '../../../model/samples/sample.ts';

/** `MetricType` of `Metadata`, whose numbers are those of `MetricMetadata` of version 1, too. */
export const METRIC_TYPES: Readonly<Record<MetricType, number>> = {
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  gaugehistogram: 4,
  summary: 5,
  info: 6,
  stateset: 7,
};
