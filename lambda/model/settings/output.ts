import type { RelabelRule } from '../samples/relabel.ts';
import type { Labels } from '../samples/sample.ts';
import type { AccessKey, AssumedRole } from './credentials.ts';
import type { TlsSettings } from './http.ts';
import type { Secret } from './secret.ts';

/** One entry of `outputs`, or of a Prometheus file's `remote_write`. */
export type OutputConfig =
  | LogsOutputConfig
  | MetricsOutputConfig
  | { readonly type: 'stdout' }
  | { readonly type: 'file'; readonly path: string }
  | RemoteWriteConfig
  | OtlpConfig;

/** An output that writes events into CloudWatch Logs. */
export interface LogsOutputConfig {
  readonly type: 'cloudwatch-logs';
  /** Unique among the outputs. Absent: its type. */
  readonly name?: string | undefined;
  /** Absent: the Region of `logs`. */
  readonly region?: string | undefined;
  /** The role whose credentials write, such as one of another account. Absent: those that the AWS SDK finds. */
  readonly role?: AssumedRole | undefined;
}

/** An output that writes metrics with PutMetricData. */
export interface MetricsOutputConfig {
  readonly type: 'cloudwatch_metrics';
  /** Unique among the outputs. */
  readonly name: string;
  /** URL of CloudWatch's API, such as that of an endpoint in a VPC. Absent: that of the Region. */
  readonly url?: string | undefined;
  readonly signing: SigningConfig;
}

/** Settings that all outputs over HTTP share. */
export interface PushConfig {
  /** Unique among the outputs. */
  readonly name: string;
  /** Headers beside those of the protocol. */
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  /** Absent: requests are not signed. */
  readonly signing?: SigningConfig | undefined;
  /** Absent: the default of Node.js. */
  readonly tls?: TlsSettings | undefined;
}

/** An output that speaks Prometheus remote write. */
export interface RemoteWriteConfig extends PushConfig {
  readonly type: 'remote_write';
  readonly url: string;
  /** Labels to add to series that lack them. */
  readonly externalLabels: Labels;
  /** `write_relabel_configs`, for all labels of a series. */
  readonly relabeling: readonly RelabelRule[];
  /** The message for a receiver that accepts it; any other receiver gets the first one. */
  readonly protobufMessage: ProtobufMessage;
  readonly sendExemplars: boolean;
  /** Metadata of metric families beside the samples of 1.0; messages of 2.0 contain it. Absent: none. */
  readonly metadata?: MetadataConfig | undefined;
}

/** Settings of the metadata of remote write 1.0. */
export interface MetadataConfig {
  /** Milliseconds between two sends. */
  readonly intervalMs: number;
  /** Most entries of a request, at least 1. */
  readonly maxEntries: number;
}

/** Of remote write 1.0 and 2.0: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protocol */
export const PROTOBUF_MESSAGES = [
  'prometheus.WriteRequest',
  'io.prometheus.write.v2.Request',
] as const;

export type ProtobufMessage = (typeof PROTOBUF_MESSAGES)[number];

/**
 * Attributes of a resource, beside those that tell one target from another: all that its labels give, those that say something
 * of their own, or those of these names.
 */
export type ResourceAttributes = 'all' | 'lean' | readonly string[];

/** An output that speaks OTLP over HTTP. */
export interface OtlpConfig extends PushConfig {
  readonly type: 'otlp';
  /** Absent: CloudWatch's endpoint in the Region of the signatures. */
  readonly url?: string | undefined;
  readonly attributes: ResourceAttributes;
}

/** The Region and the credentials of signatures. */
export interface SigningConfig {
  /** Absent: the Region of the collector. */
  readonly region?: string | undefined;
  /** The key that signs. Absent: the credentials that the AWS SDK finds. */
  readonly accessKey?: AccessKey | undefined;
  /** Profile of the AWS SDK's files, without an access key. */
  readonly profile?: string | undefined;
  /** Absent: those credentials themselves. */
  readonly role?: AssumedRole | undefined;
}
