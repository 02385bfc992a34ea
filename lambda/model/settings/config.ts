import type { StorageResolution } from '../samples/publication.ts';
import type { RelabelRule } from '../samples/relabel.ts';
import type { Labels, MetricType } from '../samples/sample.ts';
import type { HttpSettings, TlsSettings } from './http.ts';
import type { ScrapeProtocols } from './scrape-protocol.ts';
import type { Secret } from './secret.ts';
import type { FileDiscovery, HttpDiscovery } from './service-discovery.ts';

/** The one validated, immutable configuration that every stage reads. Each key of it has been checked. */
export interface Config {
  /** Where it came from, for the log: `CW_CONFIG_CONTENT`, a path, `built-in default`. */
  readonly source: string;
  /** What loads but cannot have the effect that its author expects, each with its path. */
  readonly warnings: readonly string[];
  /** Value of the label `ClusterName` for events that have none. */
  readonly clusterName?: string | undefined;
  readonly logs: LogsConfig;
  /** Where the events go: at least one, all distinct. Absent: who starts the collector decides. */
  readonly outputs?: readonly OutputConfig[] | undefined;
  /** Absent: no ECS discovery. */
  readonly discovery?: EcsDiscoveryConfig | undefined;
  readonly jobs: readonly ScrapeJob[];
  readonly series: SeriesConfig;
  readonly emf: EmfConfig;
  /** Whether the log says of each dropped sample why: `debug` of the CloudWatch Agent. */
  readonly debug?: boolean | undefined;
}

/** Where the events go in CloudWatch Logs. */
export interface LogsConfig {
  /** Template with the agent's placeholders, such as `/ecs/{ClusterName}`. */
  readonly group: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** One entry of `outputs`, or of a Prometheus file's `remote_write`. */
export type OutputConfig =
  | LogsOutputConfig
  | { readonly type: 'stdout' }
  | { readonly type: 'file'; readonly path: string }
  | RemoteWriteConfig
  | OtlpConfig;

/** An output that writes events into CloudWatch Logs. */
export interface LogsOutputConfig {
  readonly type: 'cloudwatch-logs';
  /** Of no other output. Absent: that of the type. */
  readonly name?: string | undefined;
  /** Absent: that of `logs`. */
  readonly region?: string | undefined;
  /** Whose credentials are used, such as a role of another account. Absent: those that the AWS SDK finds. */
  readonly role?: AssumedRole | undefined;
}

/** What the outputs that send samples over HTTP have in common. */
export interface PushConfig {
  /** Of no other output. */
  readonly name: string;
  /** Sent beside the protocol's own. */
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  /** Absent: requests are not signed. */
  readonly signing?: SigningConfig | undefined;
  /** Absent: as Node.js does it. */
  readonly tls?: TlsSettings | undefined;
}

/** An output that speaks Prometheus remote write. */
export interface RemoteWriteConfig extends PushConfig {
  readonly type: 'remote_write';
  readonly url: string;
  /** Added to the series that have no label of that name. */
  readonly externalLabels: Labels;
  /** `write_relabel_configs`, for all labels of a series. */
  readonly relabeling: readonly RelabelRule[];
  /** What is sent to a receiver that takes it; any other gets the first. */
  readonly protobufMessage: ProtobufMessage;
  readonly sendExemplars: boolean;
  /** Of metric families, beside the samples of 1.0; those of 2.0 have it themselves. Absent: none is sent. */
  readonly metadata?: MetadataConfig | undefined;
}

/** How the metadata of remote write 1.0 is sent. */
export interface MetadataConfig {
  /** Milliseconds after which it is sent again. */
  readonly intervalMs: number;
  /** Of a request: at least 1. */
  readonly maxEntries: number;
}

/** Of remote write 1.0 and 2.0: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protocol */
export const PROTOBUF_MESSAGES = [
  'prometheus.WriteRequest',
  'io.prometheus.write.v2.Request',
] as const;

export type ProtobufMessage = (typeof PROTOBUF_MESSAGES)[number];

/** An output that speaks OTLP over HTTP. */
export interface OtlpConfig extends PushConfig {
  readonly type: 'otlp';
  /** Absent: CloudWatch's of the Region that signatures are for. */
  readonly url?: string | undefined;
}

/** For whom requests are signed, and as whom. */
export interface SigningConfig {
  /** Absent: that of the collector. */
  readonly region?: string | undefined;
  /** Whose credentials are used. Absent: those that the AWS SDK finds. */
  readonly accessKey?: AccessKey | undefined;
  /** Profile of the AWS SDK's files, where there is no access key. */
  readonly profile?: string | undefined;
  /** Absent: those credentials themselves. */
  readonly role?: AssumedRole | undefined;
}

/** A compiled RE2 expression. */
export interface Pattern {
  readonly source: string;
  /** Unanchored search, as the CloudWatch Agent does. */
  test(text: string): boolean;
}

/** Discovery of tasks through the ECS API (`ecs_service_discovery`). */
export interface EcsDiscoveryConfig {
  /** Where to look for tasks; at least one. */
  readonly sources: readonly EcsSource[];
  /** Whether targets have a label `ClusterName` of their own, as there may be several clusters. */
  readonly labelsCluster: boolean;
  /** How long a discovery is good for, in milliseconds (`sd_frequency`). */
  readonly refreshMs: number;
  /** What is asked of the AWS APIs for labels that few need. */
  readonly lookups: ReadonlySet<DiscoveryLookup>;
  readonly services: readonly ServiceMode[];
  /** Absent: mode off. */
  readonly dockerLabel?: DockerLabelMode | undefined;
  readonly taskDefinitions: readonly TaskDefinitionMode[];
}

/** Clusters of one account in one Region. */
export interface EcsSource {
  /** Names, ARNs, or patterns of either in which `*` stands for any text and `?` for one character. At least one. */
  readonly clusters: readonly string[];
  /** Absent: that of the AWS SDK. */
  readonly region?: string | undefined;
  /** URL of the ECS API. Absent: that of the Region. */
  readonly endpoint?: string | undefined;
  /** Whose credentials are used. Absent: those that the AWS SDK finds. */
  readonly accessKey?: AccessKey | undefined;
  /** Profile of the AWS SDK's files, where there is no access key. */
  readonly profile?: string | undefined;
  /** Absent: those credentials themselves. */
  readonly role?: AssumedRole | undefined;
}

/** A long-term key of an IAM user. */
export interface AccessKey {
  readonly id: string;
  readonly secret: Secret;
}

/** A role, perhaps of another account, whose credentials are used. */
export interface AssumedRole {
  readonly arn: string;
  readonly externalId?: string | undefined;
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
  /** How long a discovery is good for, in milliseconds. */
  readonly refreshMs: number;
  readonly lookups: ReadonlySet<DiscoveryLookup>;
}

/** Names of the docker labels that make a container a target. */
export interface DockerLabelMode {
  readonly portLabel: string;
  readonly metricsPathLabel: string;
  readonly jobNameLabel: string;
}

/** What the entries of `service_name_list_for_tasks` and `task_definition_list` have in common. */
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
  /** Of the URL's query: values by name. */
  readonly params: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds. It only bounds the timeout. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly sampleLimit: number;
  readonly bodySizeLimit: number;
  readonly labelLimit: number;
  readonly labelNameLengthLimit: number;
  readonly labelValueLengthLimit: number;
  /** Targets; with more, none of the job's is scraped. */
  readonly targetLimit: number;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly normalizeBounds: boolean;
  /** As of a `Target`; absent: `true` for sidecars alone. */
  readonly history?: boolean | undefined;
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
  /** `host:port`, or what relabeling makes one of. */
  readonly targets: readonly string[];
  readonly labels: Labels;
}

/** `emf_processor`: which samples become which CloudWatch metrics. */
export interface EmfConfig {
  /** That of declarations without one of their own. */
  readonly namespace: string;
  /** Empty: every event is a plain log event (as with `disable_metric_extraction`). */
  readonly declarations: readonly Declaration[];
  /** Exact metric name to CloudWatch unit. */
  readonly units: ReadonlyMap<string, string>;
  /** Keep events that match no declaration, as plain log events. */
  readonly logUnmatched: boolean;
  /** Absent: no limit. */
  readonly metricBudget?: MetricBudgetConfig | undefined;
}

/** How many metrics may be published: distinct combinations of namespace, name and dimensions. */
export interface MetricBudgetConfig {
  /** At least 1. */
  readonly limit: number;
  /** Milliseconds for which a combination counts after it was last seen. */
  readonly windowMs: number;
}

/** What the values of series mean. */
export interface SeriesConfig {
  readonly firstSample: FirstSample;
  /** The first that is for a metric decides. */
  readonly typeOverrides: readonly TypeOverride[];
}

/**
 * What the first value of a cumulative series counts for. `auto`: from zero where the series began after the last look at its
 * target, else nothing. `zero`: from zero always. `drop`: nothing, as with the CloudWatch Agent.
 */
export type FirstSample = 'auto' | 'zero' | 'drop';

/** One entry of `metric_type_overrides`. */
export interface TypeOverride {
  /** For the name of a metric, or of its family. */
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
