import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IBaseService } from 'aws-cdk-lib/aws-ecs';
import { Duration } from 'aws-cdk-lib/core';
import {
  DEFAULT_NAMESPACE,
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';

/** Series of the sidecar outside of the built-in default. */
export const EPHEMERAL_STORAGE_UTILIZATION = 'ee_task_ephemeral_storage_utilization_percent';
export const RESTARTS = 'ee_container_restarts_total';
export const NETWORK_RECEIVE_RATE = 'ee_task_network_receive_bytes_per_second';
export const NETWORK_TRANSMIT_RATE = 'ee_task_network_transmit_bytes_per_second';

/** A service, by the names that are the dimensions of its tasks' metrics. */
export interface ServiceName {
  readonly clusterName: string;
  readonly serviceName: string;
}

/** The names of a service. */
export function nameOf(service: ServiceName | IBaseService): ServiceName {
  const { serviceName } = service;
  const { clusterName } = 'clusterName' in service ? service : service.cluster;
  return { clusterName, serviceName };
}

/** The dimensions of a service's metrics. */
export function dimensionsOf(service: ServiceName | IBaseService): Record<string, string> {
  const { clusterName, serviceName } = nameOf(service);
  return { ClusterName: clusterName, ServiceName: serviceName };
}

/**
 * A metric of a service's tasks. Each task gives samples to it, so the Maximum is the worst task and the Average the
 * mean task.
 *
 * @default - Maximum over 1 minute, in the namespace of the built-in default
 */
export function taskMetric(
  metricName: string,
  service: ServiceName | IBaseService,
  options?: MetricOptions & { readonly namespace?: string },
): Metric {
  return new Metric({
    namespace: DEFAULT_NAMESPACE,
    metricName,
    dimensionsMap: dimensionsOf(service),
    statistic: Stats.MAXIMUM,
    period: Duration.minutes(1),
    ...options,
  });
}

/** CPU utilization of the tasks of a service, in percent of each task's limit. */
export function taskCpuUtilization(
  service: ServiceName | IBaseService,
  options?: MetricOptions,
): Metric {
  return taskMetric(TASK_CPU_UTILIZATION, service, options);
}

/** Memory utilization of the tasks of a service, in percent of each task's limit. */
export function taskMemoryUtilization(
  service: ServiceName | IBaseService,
  options?: MetricOptions,
): Metric {
  return taskMetric(TASK_MEMORY_UTILIZATION, service, options);
}
