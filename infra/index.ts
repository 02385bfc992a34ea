// biome-ignore-all lint/performance/noBarrelFile: the package has one entry, and this is it.

/** The constructs, as the package `fargauge` exports them. */

export { ApiEndpoint } from './api-endpoint.ts';
export { Collector } from './collector.ts';
export { CollectorAccess, type CollectorAccessProps } from './collector-access.ts';
export { CollectorAlarms, type CollectorAlarmsProps } from './collector-alarms.ts';
export { CollectorConfiguration } from './collector-configuration.ts';
export { CollectorDashboard, type CollectorDashboardProps } from './collector-dashboard.ts';
export type { CollectorIdentity } from './collector-principal.ts';
export type { CollectorProps } from './collector-props.ts';
export { DeliveryAccess, type DeliveryAccessProps } from './delivery-access.ts';
export { InvalidPropsError } from './errors.ts';
export type { LoopbackTarget } from './loopback-target.ts';
export { type FilteredMetric, MetricFilters, type MetricFiltersProps } from './metric-filters.ts';
export {
  type EphemeralStorageAlarmOptions,
  ServiceAlarms,
  type ServiceAlarmsProps,
  type TaskCpuAlarmOptions,
  type TaskMemoryAlarmOptions,
  type TaskRestartAlarmOptions,
} from './service-alarms.ts';
export type { ShardCycle } from './shard-cycle.ts';
export { type AutomaticShardsProps, Shards } from './shards.ts';
export { TaskAlarm, type TaskAlarmOptions, type TaskAlarmProps } from './task-alarm.ts';
export {
  type ServiceName,
  taskCpuUtilization,
  taskMemoryUtilization,
  taskMetric,
} from './task-metrics.ts';
export { TaskSidecar, type TaskSidecarOptions, type TaskSidecarProps } from './task-sidecar.ts';
