// biome-ignore-all lint/performance/noBarrelFile: the package has one entry, and this is it.

/** The constructs, as the package `fargauge` exports them. */

export { CollectorAccess, type CollectorAccessProps } from './accounts/collector-access.ts';
export type { CollectorIdentity } from './accounts/collector-principal.ts';
export { DeliveryAccess, type DeliveryAccessProps } from './accounts/delivery-access.ts';
export {
  type IPrometheusWorkspace,
  PrometheusWorkspace,
  type PrometheusWorkspaceProps,
  type WorkspaceOutputOptions,
  type WorkspaceRole,
} from './accounts/prometheus-workspace.ts';
export { WorkspaceAccess, type WorkspaceAccessProps } from './accounts/workspace-access.ts';
export type { AlarmActions } from './alarms/actions.ts';
export { CollectorAlarms, type CollectorAlarmsProps } from './alarms/collector.ts';
export {
  type FilteredMetric,
  MetricFilters,
  type MetricFiltersProps,
} from './alarms/metric-filters.ts';
export {
  type PromQLCpuAlarmOptions,
  type PromQLMemoryAlarmOptions,
  type PromQLRestartAlarmOptions,
  PromQLServiceAlarms,
  type PromQLServiceAlarmsProps,
  type PromQLStorageAlarmOptions,
} from './alarms/promql-service.ts';
export {
  type PromQLAlarmOptions,
  PromQLTaskAlarm,
  type PromQLTaskAlarmProps,
} from './alarms/promql-task.ts';
export {
  type EphemeralStorageAlarmOptions,
  ServiceAlarms,
  type ServiceAlarmsProps,
  type TaskCpuAlarmOptions,
  type TaskMemoryAlarmOptions,
  type TaskRestartAlarmOptions,
} from './alarms/service.ts';
export { TaskAlarm, type TaskAlarmOptions, type TaskAlarmProps } from './alarms/task.ts';
export type { WatchedService } from './alarms/watched-service.ts';
export { GRAFANA_DIRECTORY } from './build/paths.ts';
export { Collector } from './collector/collector.ts';
export type { CollectorAttributes } from './collector/imported.ts';
export type { ICollector } from './collector/interface.ts';
export { ApiEndpoint } from './collector/network/api-endpoint.ts';
export type { CollectorProps } from './collector/props.ts';
export type { IShardCycle, ShardCycle } from './collector/shards/cycle.ts';
export { type AutomaticShardsProps, Shards } from './collector/shards/shards.ts';
export { CollectorConfiguration, type OutputInput } from './configuration/configuration.ts';
export { MetricsDelivery } from './configuration/metrics-delivery.ts';
export { CollectorDashboard, type CollectorDashboardProps } from './dashboards/collector.ts';
export { PromQLDashboard, type PromQLDashboardProps } from './dashboards/promql.ts';
export {
  type PromQLSeries,
  PromQLWidget,
  type PromQLWidgetProps,
} from './dashboards/promql-widget.ts';
export {
  type ServiceName,
  taskCpuUtilization,
  taskMemoryUtilization,
  taskMetric,
} from './metrics/task.ts';
export { InvalidPropsError } from './props/errors.ts';
export type { LoopbackTarget } from './props/loopback-target.ts';
export {
  TaskSidecarAspect,
  type TaskSidecarAspectOptions,
} from './sidecar/aspect.ts';
export { TaskSidecarExtension } from './sidecar/extension.ts';
export {
  type InstanceCapacityProvider,
  InstanceDaemon,
  type InstanceDaemonProps,
} from './sidecar/instance-daemon.ts';
export type { TaskSidecarOptions, TaskSidecarProps } from './sidecar/props.ts';
export { TaskSidecar } from './sidecar/sidecar.ts';
