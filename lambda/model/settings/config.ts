import type { Program } from '../samples/matched-text.ts';
import type { StorageResolution } from '../samples/publication.ts';
import type { RelabelRule } from '../samples/relabel.ts';
import type { Labels, MetricType } from '../samples/sample.ts';
import type { AccessKey, AssumedRole } from './credentials.ts';
import type { HttpSettings } from './http.ts';
import type { OutputConfig } from './output.ts';
import type { ScrapeProtocols } from './scrape-protocol.ts';
import type { FileDiscovery, HttpDiscovery } from './service-discovery.ts';

/** The one validated, immutable configuration that every stage reads. Each key of it has been checked. */
export interface Config {
  /** Its origin, for the log: `CW_CONFIG_CONTENT`, a path, `built-in default`. */
  readonly source: string;
  /** Settings that do not have the effect that their author expects, each with its path. */
  readonly warnings: readonly string[];
  /** Value of the label `ClusterName` for events without one. */
  readonly clusterName?: string | undefined;
  readonly logs: LogsConfig;
  /** The outputs: at least one, all distinct. Absent: the starting program decides. */
  readonly outputs?: readonly OutputConfig[] | undefined;
  /** Absent: no ECS discovery. */
  readonly discovery?: EcsDiscoveryConfig | undefined;
  readonly jobs: readonly ScrapeJob[];
  readonly series: SeriesConfig;
  readonly emf: EmfConfig;
  /** Whether the log gives the reason for each dropped sample: `debug` of the CloudWatch Agent. */
  readonly debug?: boolean | undefined;
}

/** The destination of events in CloudWatch Logs. */
export interface LogsConfig {
  /** Template with the agent's placeholders, such as `/ecs/{ClusterName}`. */
  readonly group: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** A compiled RE2 expression. */
export interface Pattern extends Program {
  readonly source: string;
  /** Unanchored search, as the CloudWatch Agent does. */
  test(text: string): boolean;
}

/** Discovery of tasks through the ECS API (`ecs_service_discovery`). */
export interface EcsDiscoveryConfig {
  /** The sources of tasks; at least one. */
  readonly sources: readonly EcsSource[];
  /** Whether targets get a label `ClusterName` of their own, because there may be several clusters. */
  readonly labelsCluster: boolean;
  /** Milliseconds for which a discovery is reused (`sd_frequency`). */
  readonly refreshMs: number;
  /** Further calls of the AWS APIs for labels that few configurations need. */
  readonly lookups: ReadonlySet<DiscoveryLookup>;
  readonly services: readonly ServiceMode[];
  /** Absent: the mode is off. */
  readonly dockerLabel?: DockerLabelMode | undefined;
  readonly taskDefinitions: readonly TaskDefinitionMode[];
  /** Whether each Managed Instance must have a daemon that is a target; the report names those without one. */
  readonly requiresDaemon: boolean;
}

/** Clusters of one account in one Region. */
export interface EcsSource {
  /** Names, ARNs, or patterns of either in which `*` is any text and `?` is one character. At least one. */
  readonly clusters: readonly string[];
  /** Absent: the Region of the AWS SDK. */
  readonly region?: string | undefined;
  /** URL of the ECS API. Absent: the endpoint of the Region. */
  readonly endpoint?: string | undefined;
  /** The key for the calls. Absent: the credentials that the AWS SDK finds. */
  readonly accessKey?: AccessKey | undefined;
  /** Profile of the AWS SDK's files, without an access key. */
  readonly profile?: string | undefined;
  /** Absent: those credentials themselves. */
  readonly role?: AssumedRole | undefined;
}

/**
 * `services`: status and tags of services, by ListServices and DescribeServices. `cluster_tags`: by DescribeClusters.
 * `public_ips`: public addresses of awsvpc tasks, by the EC2 API's DescribeNetworkInterfaces.
 */
export type DiscoveryLookup = 'services' | 'cluster_tags' | 'public_ips';

/** One entry of `aws_sd_configs` with the role `ecs`: each task is a target. */
export interface TaskDiscovery {
  /** At least one. */
  readonly sources: readonly EcsSource[];
  readonly port: number;
  /** Milliseconds for which a discovery is reused. */
  readonly refreshMs: number;
  readonly lookups: ReadonlySet<DiscoveryLookup>;
}

/** Names of the docker labels that make a container a target. */
export interface DockerLabelMode {
  readonly portLabel: string;
  readonly metricsPathLabel: string;
  readonly jobNameLabel: string;
}

/** Keys that `service_name_list_for_tasks` and `task_definition_list` share. */
export interface PortsMode {
  readonly containerNamePattern?: Pattern | undefined;
  readonly ports: readonly number[];
  readonly metricsPath?: string | undefined;
  readonly jobName?: string | undefined;
}

/** One entry of `service_name_list_for_tasks`. */
export interface ServiceMode extends PortsMode {
  readonly namePattern: Pattern;
}

/** One entry of `task_definition_list`. */
export interface TaskDefinitionMode extends PortsMode {
  readonly arnPattern: Pattern;
}

/** One entry of `scrape_configs`, with the defaults of `global` filled in. Limits: 0 means none. */
export interface ScrapeJob {
  readonly name: string;
  readonly scheme: 'http' | 'https';
  readonly metricsPath: string;
  /** Parameters of the URL's query: values by name. */
  readonly params: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds. Only bounds the timeout. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly sampleLimit: number;
  readonly bodySizeLimit: number;
  readonly labelLimit: number;
  readonly labelNameLengthLimit: number;
  readonly labelValueLengthLimit: number;
  /** Limit of targets; a job with more scrapes none. */
  readonly targetLimit: number;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly normalizeBounds: boolean;
  /** As in `Target`; absent: `true` for sidecars only. */
  readonly history?: boolean | undefined;
  /** As in `Target`. */
  readonly wholeMinutes?: boolean | undefined;
  readonly protocols: ScrapeProtocols;
  readonly http: HttpSettings;
  /** `relabel_configs`, for the labels of targets. */
  readonly relabeling: readonly RelabelRule[];
  /** `metric_relabel_configs`, for the labels of samples. */
  readonly metricRelabeling: readonly RelabelRule[];
  /** Whether the targets of ECS discovery belong to this job. */
  readonly discovered: boolean;
  readonly staticConfigs: readonly StaticConfig[];
  readonly fileDiscoveries: readonly FileDiscovery[];
  readonly httpDiscoveries: readonly HttpDiscovery[];
  readonly taskDiscoveries: readonly TaskDiscovery[];
}

export interface StaticConfig {
  /** `host:port`, or a text that relabeling turns into it. */
  readonly targets: readonly string[];
  readonly labels: Labels;
}

/** `emf_processor`: selects the samples for CloudWatch metrics. */
export interface EmfConfig {
  /** Namespace of declarations without one. */
  readonly namespace: string;
  /** Empty: every event is a plain log event (as with `disable_metric_extraction`). */
  readonly declarations: readonly Declaration[];
  /** Exact metric name to CloudWatch unit. */
  readonly units: ReadonlyMap<string, string>;
  /** Whether events that match no declaration become plain log events. */
  readonly logUnmatched: boolean;
  /** What an event is of: one task, or all tasks of a service. @default 'task' */
  readonly events?: 'task' | 'service' | undefined;
  /** Absent: no limit. */
  readonly metricBudget?: MetricBudgetConfig | undefined;
}

/** Limit of metrics: distinct combinations of namespace, name and dimensions. */
export interface MetricBudgetConfig {
  /** At least 1. */
  readonly limit: number;
  /** Milliseconds for which a combination counts after its last publication. */
  readonly windowMs: number;
}

/** Settings for the values of series. */
export interface SeriesConfig {
  readonly firstSample: FirstSample;
  /** The first one that matches a metric applies. */
  readonly typeOverrides: readonly TypeOverride[];
  /** The first one that matches a metric applies. */
  readonly valuePrecision: readonly ValuePrecision[];
}

/** One entry of `value_precision`. */
export interface ValuePrecision {
  readonly metric: Pattern;
  /** Significant digits, from 1 to 17. */
  readonly digits: number;
}

/**
 * How the first value of a cumulative series counts. `auto`: from zero if the series began after the last look at its
 * target, else not at all. `zero`: always from zero. `drop`: not at all, as in the CloudWatch Agent.
 */
export type FirstSample = 'auto' | 'zero' | 'drop';

/** One entry of `metric_type_overrides`. */
export interface TypeOverride {
  /** Matches the name of a metric, or of its family. */
  readonly metric: Pattern;
  readonly type: MetricType;
}

/** One `metric_declaration`. */
export interface Declaration {
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  readonly matcher: Pattern;
  readonly selectors: readonly Pattern[];
  /** Each set sorted and free of repeated names; the sets are distinct. */
  readonly dimensions: readonly (readonly string[])[];
  readonly namespace?: string | undefined;
  readonly storageResolution: StorageResolution;
  /** Whether differences are published per second. */
  readonly rate: boolean;
  /** Labels that an event keeps as plain fields, beside the dimensions; sorted and distinct. Absent: all. */
  readonly properties?: readonly string[] | undefined;
}
