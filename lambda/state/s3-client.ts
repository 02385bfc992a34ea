import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/** Attempts of one request, the first included. */
const MAX_ATTEMPTS = 3;
/** Milliseconds to connect. */
const CONNECTION_TIMEOUT_MS = 1_000;
/** Milliseconds of one attempt: from writing the request to the headers of the answer, and without a byte of its body. */
const REQUEST_TIMEOUT_MS = 3_000;

export interface S3ClientOptions {
  /** @default as the SDK finds it: `AWS_REGION`, then the profile */
  readonly region?: string | undefined;
  /** Takes the bucket as part of the path. @default the endpoint of the Region */
  readonly endpoint?: string | undefined;
  /** @default as the SDK finds them */
  readonly credentials?: S3ClientConfig['credentials'];
}

/** An S3 client for a small object, whose attempts end in time even where nobody answers. */
export function s3Client({ region, endpoint, credentials }: S3ClientOptions): S3Client {
  return new S3Client({
    ...(region === undefined ? {} : { region }),
    // The names of buckets are no hosts of another endpoint.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
    // The bucket may be in another Region than the function.
    followRegionRedirects: true,
    retryMode: 'standard',
    maxAttempts: MAX_ATTEMPTS,
    // The SDK makes its Node.js handler from these. Without `throwOnRequestTimeout` it only prints a warning.
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      socketTimeout: REQUEST_TIMEOUT_MS,
    },
  });
}
