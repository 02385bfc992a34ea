import type { RelabelRule } from '../samples/relabel.ts';
import type { Labels } from '../samples/sample.ts';
import type { AccessKey, AssumedRole } from './credentials.ts';
import type { TlsSettings } from './http.ts';
import type { Secret } from './secret.ts';

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
