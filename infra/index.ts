// biome-ignore-all lint/performance/noBarrelFile: the package has one entry, and this is it.

/** The constructs, as the package `fargauge` exports them. */

export type { AlarmActions } from './alarms/alarm-actions.ts';
export type { WatchedService } from './alarms/watched-service.ts';
export { ApiEndpoint } from './api-endpoint.ts';
export type { ICollector } from './collector/collector-interface.ts';
export type { CollectorAttributes } from './collector/imported-collector.ts';
export { Collector } from './collector.ts';
export { CollectorAccess, type CollectorAccessProps } from './collector-access.ts';
export { CollectorAlarms, type CollectorAlarmsProps } from './collector-alarms.ts';
export { CollectorConfiguration, type OutputInput } from './collector-configuration.ts';
export { CollectorDashboard, type CollectorDashboardProps } from './collector-dashboard.ts';
export type { CollectorIdentity } from './collector-principal.ts';
export type { CollectorProps } from './collector-props.ts';
export { DeliveryAccess, type DeliveryAccessProps } from './delivery-access.ts';
export { InvalidPropsError } from './errors.ts';
export type { LoopbackTarget } from './loopback-target.ts';
export { type FilteredMetric, MetricFilters, type MetricFiltersProps } from './metric-filters.ts';
export { GRAFANA_DIRECTORY } from './paths.ts';
export {
  type IPrometheusWorkspace,
  PrometheusWorkspace,
  type PrometheusWorkspaceProps,
  type WorkspaceOutputOptions,
  type WorkspaceRole,
} from './prometheus-workspace.ts';
export { PromQLDashboard, type PromQLDashboardProps } from './promql-dashboard.ts';
export {
  type PromQLCpuAlarmOptions,
  type PromQLMemoryAlarmOptions,
  type PromQLRestartAlarmOptions,
  PromQLServiceAlarms,
  type PromQLServiceAlarmsProps,
  type PromQLStorageAlarmOptions,
} from './promql-service-alarms.ts';
export {
  type PromQLAlarmOptions,
  PromQLTaskAlarm,
  type PromQLTaskAlarmProps,
} from './promql-task-alarm.ts';
export { type PromQLSeries, PromQLWidget, type PromQLWidgetProps } from './promql-widget.ts';
export {
  type EphemeralStorageAlarmOptions,
  ServiceAlarms,
  type ServiceAlarmsProps,
  type TaskCpuAlarmOptions,
  type TaskMemoryAlarmOptions,
  type TaskRestartAlarmOptions,
} from './service-alarms.ts';
export type { IShardCycle, ShardCycle } from './shard-cycle.ts';
export { type AutomaticShardsProps, Shards } from './shards.ts';
export {
  TaskSidecarAspect,
  type TaskSidecarAspectOptions,
} from './sidecar/task-sidecar-aspect.ts';
export { TaskSidecarExtension } from './sidecar/task-sidecar-extension.ts';
export type { TaskSidecarOptions, TaskSidecarProps } from './sidecar/task-sidecar-props.ts';
export { TaskAlarm, type TaskAlarmOptions, type TaskAlarmProps } from './task-alarm.ts';
export {
  type ServiceName,
  taskCpuUtilization,
  taskMemoryUtilization,
  taskMetric,
} from './task-metrics.ts';
export { TaskSidecar } from './task-sidecar.ts';
export { WorkspaceAccess, type WorkspaceAccessProps } from './workspace-access.ts';
