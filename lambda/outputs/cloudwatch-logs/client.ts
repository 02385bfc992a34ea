import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type ClientOptions, clientSettings } from '../../model/settings/client.ts';

/** Milliseconds of one attempt. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface LogsClientOptions extends ClientOptions {
  /** Milliseconds. @default 10000 */
  readonly requestTimeoutMs?: number | undefined;
}

/** A CloudWatch Logs client without retries: the output retries, because it knows the deadline. */
export function logsClient({
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
  ...options
}: LogsClientOptions = {}): CloudWatchLogsClient {
  return new CloudWatchLogsClient({ ...clientSettings(options, requestTimeoutMs), maxAttempts: 1 });
}
