import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
} from '@aws-sdk/client-cloudwatch-logs';

/** Attempts of one request, the first included, with the SDK's exponential backoff and jitter in between. */
const MAX_ATTEMPTS = 5;
/** Milliseconds to connect. */
const CONNECTION_TIMEOUT_MS = 2_000;
/** Milliseconds of one attempt: from writing the request to the headers of the answer, and without a byte of its body. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface LogsClientOptions {
  /** @default as the SDK finds it: `AWS_REGION`, then the profile */
  readonly region?: string | undefined;
  /** @default the endpoint of the Region */
  readonly endpoint?: string | undefined;
  /** @default as the SDK finds them */
  readonly credentials?: CloudWatchLogsClientConfig['credentials'];
  /** @default 5 */
  readonly maxAttempts?: number | undefined;
  /** Milliseconds. @default 10000 */
  readonly requestTimeoutMs?: number | undefined;
}

/** A CloudWatch Logs client that retries, and whose attempts end in time even where nobody answers. */
export function logsClient({
  region,
  endpoint,
  credentials,
  maxAttempts = MAX_ATTEMPTS,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
}: LogsClientOptions = {}): CloudWatchLogsClient {
  return new CloudWatchLogsClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    retryMode: 'standard',
    maxAttempts,
    // The SDK makes its Node.js handler from these. Without `throwOnRequestTimeout` it only prints a warning.
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs,
    },
  });
}
