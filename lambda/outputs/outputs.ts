import type { Writable } from 'node:stream';
import type { AnyOutput } from '../model/delivery/any-output.ts';
import type { SampleOutput } from '../model/delivery/sample-output.ts';
import type {
  LogsOutputConfig,
  MetricsOutputConfig,
  OtlpConfig,
  OutputConfig,
  PushConfig,
  SigningConfig,
} from '../model/settings/output.ts';
import type { LogsSender } from './cloudwatch-logs/api.ts';
import { cloudWatchLogsOutput } from './cloudwatch-logs/cloudwatch-logs.ts';
import { cloudWatchMetricsOutput } from './cloudwatch-metrics/cloudwatch-metrics.ts';
import { fileOutput } from './file.ts';
import { cloudWatchUrl, otlpOutput } from './otlp/otlp.ts';
import { cloudWatchOrigin } from './push/cloudwatch.ts';
import { type Runtime, systemRuntime } from './push/runtime.ts';
import type { CredentialsProvider } from './push/sigv4.ts';
import { tlsFetch } from './push/tls-fetch.ts';
import { remoteWriteOutput } from './remote-write/remote-write.ts';
import { stdoutOutput } from './stdout.ts';

/** The Region and the credentials of signatures. */
export interface Signing {
  readonly region: string;
  readonly credentials: CredentialsProvider;
}

/** The clients and streams that outputs write with. */
export interface OutputMeans {
  /** Called only for such an output. */
  logsClient(config: LogsOutputConfig): LogsSender;
  readonly stdout: Writable;
  /** Most bytes of a line on standard output, its end included. Absent: no limit. */
  readonly maxLineBytes?: number | undefined;
  /** URL of CloudWatch's API if the configuration names none. @default that of the Region */
  readonly metricsEndpoint?: string | undefined;
  /** Called only for signed requests. @throws TypeError without a Region */
  signing(config: SigningConfig): Signing;
}

/** The outputs of a configuration, in its order. */
export function createOutputs(configs: readonly OutputConfig[], means: OutputMeans): AnyOutput[] {
  return configs.map((config) => createOutput(config, means));
}

function createOutput(config: OutputConfig, means: OutputMeans): AnyOutput {
  switch (config.type) {
    case 'cloudwatch-logs':
      return cloudWatchLogsOutput({ client: means.logsClient(config), name: config.name });
    case 'cloudwatch_metrics':
      return metricsFor(config, means);
    case 'stdout':
      return stdoutOutput(means.stdout, means.maxLineBytes);
    case 'file':
      return fileOutput(config.path);
    case 'remote_write':
      return remoteWriteOutput({ ...config, ...signed(config, means) }, runtimeFor(config));
    case 'otlp':
      return otlpFor(config, means);
  }
}

function metricsFor({ name, url, signing }: MetricsOutputConfig, means: OutputMeans): AnyOutput {
  const sigv4 = means.signing(signing);
  const own = means.metricsEndpoint ?? cloudWatchOrigin(sigv4.region);
  return cloudWatchMetricsOutput({ name, url: url ?? own, sigv4 });
}

function otlpFor(config: OtlpConfig, means: OutputMeans): SampleOutput {
  const { name, headers, url, attributes, signing = {} } = config;
  const runtime = runtimeFor(config);
  if (url !== undefined) {
    return otlpOutput({ name, headers, url, attributes, ...signed(config, means) }, runtime);
  }
  const sigv4 = means.signing(signing);
  return otlpOutput(
    { name, headers, attributes, url: cloudWatchUrl(sigv4.region), sigv4 },
    runtime,
  );
}

function runtimeFor({ tls }: PushConfig): Runtime {
  return tls === undefined ? systemRuntime : { ...systemRuntime, fetch: tlsFetch(tls) };
}

function signed({ signing }: PushConfig, means: OutputMeans): { readonly sigv4?: Signing } {
  return signing === undefined ? {} : { sigv4: means.signing(signing) };
}
