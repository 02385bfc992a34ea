import type { MetricType } from '../../../model/samples/sample.ts';

/** `MetricType` of `Metadata`; its numbers are also those of `MetricMetadata` of version 1. */
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
