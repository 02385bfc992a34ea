import type { ECSClientConfig } from '@aws-sdk/client-ecs';

/** Attempts of one request, the first included: the CloudWatch Agent's 3 retries. */
const MAX_ATTEMPTS = 4;
/** Milliseconds to connect. */
const CONNECTION_TIMEOUT_MS = 2_000;
/** Milliseconds of one attempt: from writing the request to the headers of the answer, and without a byte of its body. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Where and as whom a client calls. */
export interface ClientOptions {
  /** @default as the SDK finds it: `AWS_REGION`, then the profile */
  readonly region?: string | undefined;
  /** @default the endpoint of the Region */
  readonly endpoint?: string | undefined;
  /** @default as the SDK finds them */
  readonly credentials?: ECSClientConfig['credentials'];
  /** Profile of the SDK's files. @default as the SDK finds it: `AWS_PROFILE` */
  readonly profile?: string | undefined;
  /** @default 4 */
  readonly maxAttempts?: number | undefined;
}

/** Settings of an SDK client that retries, and whose attempts end in time even where nobody answers. */
export function clientSettings({
  region,
  endpoint,
  credentials,
  profile,
  maxAttempts = MAX_ATTEMPTS,
}: ClientOptions) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(profile === undefined ? {} : { profile }),
    // Slows down after a throttled call, whoever emptied the bucket.
    retryMode: 'adaptive',
    maxAttempts,
    // The SDK makes its Node.js handler from these. Without `throwOnRequestTimeout` it only prints a warning.
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      socketTimeout: REQUEST_TIMEOUT_MS,
    },
  } satisfies ECSClientConfig;
}
