import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { DEFAULT_NAMESPACE, TASK_CPU_UTILIZATION } from '../lambda/model/names.ts';

/** A service, by the names that are the dimensions of its tasks' metrics. */
export interface ServiceName {
  readonly clusterName: string;
  readonly serviceName: string;
}

/**
 * CPU utilization of the tasks of a service, in percent of each task's limit. Each task has its samples in it, so the
 * Maximum is the worst single task and the Average the mean task.
 *
 * @default - Maximum over 1 minute
 */
export function taskCpuUtilization(service: ServiceName, options?: MetricOptions): Metric {
  return new Metric({
    namespace: DEFAULT_NAMESPACE,
    metricName: TASK_CPU_UTILIZATION,
    dimensionsMap: { ClusterName: service.clusterName, ServiceName: service.serviceName },
    statistic: Stats.MAXIMUM,
    period: Duration.minutes(1),
    ...options,
  });
}
