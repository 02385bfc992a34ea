import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { COLLECTOR_NAMESPACE } from '../lambda/model/names.ts';

/** Names of the collector's metrics about itself, as lambda/self-metrics.ts publishes them. */
export const SELF_METRICS = {
  targetsUp: 'TargetsUp',
  targetsDown: 'TargetsDown',
  /** Those that the configuration asks for and that are no targets: a port that is mapped nowhere, no address. */
  targetsUnreachable: 'TargetsUnreachable',
  discoveryErrors: 'DiscoveryErrors',
  metricsPublished: 'MetricsPublished',
  /** 1 where targets gave samples of which none is published, for reasons that do not pass by themselves; else 0. */
  nothingPublished: 'NothingPublished',
  eventsRejected: 'EventsRejected',
  /** Combinations of a name and dimensions that `metric_budget` did not let through. */
  metricsHeldBack: 'MetricsHeldBack',
  configurationRefused: 'ConfigurationRefused',
  stateFailures: 'StateFailures',
  cycleDuration: 'CycleDuration',
  /** Of a collector whose targets are divided: shards, and those that have ended no cycle for a while. */
  shards: 'Shards',
  shardsLate: 'ShardsLate',
} as const;

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
