/** Names that the collector, the infrastructure and the demo must agree on. */

/** Namespace of the metrics that the built-in default configuration publishes. */
export const DEFAULT_NAMESPACE = 'Fargauge';

/** Namespace of the collector's metrics about itself. */
export const COLLECTOR_NAMESPACE = 'Fargauge/Collector';

/** The port that the sidecar listens on unless `ECS_METRICS_EXPORTER_PORT` says otherwise; the seed exporter's. */
export const SIDECAR_PORT = 9546;

/** Docker labels by which the CloudWatch Agent, and Fargauge, find a container to scrape. */
export const PORT_LABEL = 'ECS_PROMETHEUS_EXPORTER_PORT';
export const METRICS_PATH_LABEL = 'ECS_PROMETHEUS_METRICS_PATH';
export const JOB_NAME_LABEL = 'job';

/** Labels of discovery that name a task, and what it is of. */
export const TASK_LABEL = 'TaskId';
export const SERVICE_LABEL = 'ServiceName';
export const FAMILY_LABEL = 'TaskDefinitionFamily';

/** Label that names the container of a series or of a target. */
export const CONTAINER_LABEL = 'container_name';

/** Job name of the sidecars, as the docker label of the task definition gives it. */
export const SIDECAR_JOB = 'fargauge-sidecar';

/** Name of the sidecar's container, by which it is known where a task definition has no docker labels. */
export const SIDECAR_CONTAINER = 'fargauge-sidecar';

/** The sidecar series that the built-in default configuration publishes, all in percent. */
export const TASK_CPU_UTILIZATION = 'ee_task_cpu_utilization_percent';
export const TASK_MEMORY_UTILIZATION = 'ee_task_memory_utilization_percent';
export const CONTAINER_CPU_UTILIZATION = 'ee_container_cpu_utilization_percent';
export const CONTAINER_MEMORY_UTILIZATION = 'ee_container_memory_utilization_percent';

/** Environment variables of the collector, beside the agent's `CW_CONFIG_CONTENT` and `PROMETHEUS_CONFIG_CONTENT`. */
export const ENV = {
  /** The native configuration itself, as YAML or JSON, or its location: `s3://BUCKET/KEY`, `ssm:NAME`. */
  config: 'FARGAUGE_CONFIG',
  /** Path or location of a native configuration file. */
  configFile: 'FARGAUGE_CONFIG_FILE',
  /** The outputs, which replace those of the configuration: a list as its `outputs`, in YAML or JSON. */
  outputs: 'FARGAUGE_OUTPUTS',
  /** Cluster to discover if the configuration names none: a name or an ARN. */
  cluster: 'FARGAUGE_CLUSTER',
  /** Log group if the configuration names none. */
  logGroup: 'FARGAUGE_LOG_GROUP',
  /** Place of the state between the lives of the function: `s3://bucket/key`. Absent: only in its memory. */
  state: 'FARGAUGE_STATE',
  /** Number of shards that the targets are divided into. Absent: one function collects all of them. */
  shards: 'FARGAUGE_SHARDS',
  /** Targets of a shard: there are as many shards as the targets need, and at most `shards`. */
  targetsPerShard: 'FARGAUGE_TARGETS_PER_SHARD',
  /** The dimension `Collector` of the metrics about itself. Absent: the name of the function. */
  collector: 'FARGAUGE_COLLECTOR',
  /** Metrics about itself to publish beside those that alarms and dashboards read, separated by commas. */
  ownMetrics: 'FARGAUGE_OWN_METRICS',
  /** Time until an unseen series is forgotten, such as `24h`. */
  forgetAfter: 'FARGAUGE_STATE_FORGET_AFTER',
  /** `true`: the function may scrape loopback addresses, where its own runtime API is too. Outside of Lambda it always may. */
  allowLoopback: 'FARGAUGE_ALLOW_LOOPBACK',
} as const;

/** The metric about the collector itself by whose samples an alarm knows that cycles end. */
const CYCLE_METRIC = 'CycleDuration';

/**
 * The metrics about the collector itself that count faults. Most cycles have none, so the collector publishes only those that are not 0:
 * to its alarms, a missing value is no fault.
 */
export const FAULT_METRICS: readonly string[] = [
  'ConfigurationRefused',
  'DiscoveryErrors',
  'EventsRejected',
  'MetricsHeldBack',
  'NothingPublished',
  'ShardsLate',
  'StateFailures',
  'TargetsDown',
  'TargetsUnreachable',
];

/** The metrics about the collector itself that alarms of the CDK package read. test/infra/own-metrics.test.ts derives them from a template. */
export const READ_METRICS: readonly string[] = [CYCLE_METRIC, ...FAULT_METRICS];
