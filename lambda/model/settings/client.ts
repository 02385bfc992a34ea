import type { ECSClientConfig } from '@aws-sdk/client-ecs';

/** Milliseconds to connect. */
const CONNECTION_TIMEOUT_MS = 2_000;

/** Address and credentials of an SDK client. */
export interface ClientOptions {
  /** @default the SDK's: `AWS_REGION`, then the profile */
  readonly region?: string | undefined;
  /** @default the endpoint of the Region */
  readonly endpoint?: string | undefined;
  /** @default the credentials that the SDK finds */
  readonly credentials?: ECSClientConfig['credentials'];
  /** Profile of the SDK's files. @default the SDK's: `AWS_PROFILE` */
  readonly profile?: string | undefined;
}

/**
 * Settings of every SDK client, so that its attempts end in time even without an answer.
 *
 * @param requestTimeoutMs milliseconds of one attempt: from writing the request to the headers of the answer, and
 *   without a byte of its body
 */
export function clientSettings(
  { region, endpoint, credentials, profile }: ClientOptions,
  requestTimeoutMs: number,
) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(profile === undefined ? {} : { profile }),
    // The SDK makes its Node.js handler from these. Without `throwOnRequestTimeout` it only prints a warning.
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeoutMs,
    },
  } satisfies ECSClientConfig;
}
