import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { COLLECTOR_NAMESPACE } from '../../lambda/model/settings/names.ts';

/**
 * A metric of a collector about itself, by the name of its function.
 *
 * @default - Sum over 1 minute
 */
export function selfMetric(functionName: string, metricName: string, options?: MetricOptions) {
  return new Metric({
    namespace: COLLECTOR_NAMESPACE,
    metricName,
    dimensionsMap: { service: 'collector', Collector: functionName },
    statistic: Stats.SUM,
    period: Duration.minutes(1),
    ...options,
  });
}
