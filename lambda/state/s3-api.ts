import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
  S3Client,
  S3ClientConfig,
} from '@aws-sdk/client-s3';

/** Attempts of one request, the first included. */
const MAX_ATTEMPTS = 3;
/** Milliseconds to connect. */
const CONNECTION_TIMEOUT_MS = 1_000;
/** Milliseconds of one attempt: from writing the request to the headers of the answer, and without a byte of its body. */
const REQUEST_TIMEOUT_MS = 3_000;

/** The part of S3 that is used. Rejects as the SDK does. */
export interface S3Api {
  getObject(input: GetObjectCommandInput, signal: AbortSignal): Promise<GetObjectCommandOutput>;
  putObject(input: PutObjectCommandInput, signal: AbortSignal): Promise<PutObjectCommandOutput>;
}

export interface S3Options {
  /** @default as the SDK finds it: `AWS_REGION`, then the profile */
  readonly region?: string | undefined;
  /** Takes the bucket as part of the path. @default the endpoint of the Region */
  readonly endpoint?: string | undefined;
  /** @default as the SDK finds them */
  readonly credentials?: S3ClientConfig['credentials'];
}

/** S3 for a small object. Its client is loaded when it is first needed; its attempts end in time where nobody answers. */
export function s3Api(options: S3Options): S3Api {
  let loaded: Promise<S3Client> | undefined;
  const load = () => {
    loaded ??= s3Client(options);
    return loaded;
  };
  return {
    getObject: async (input, abortSignal) => {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      return (await load()).send(new GetObjectCommand(input), { abortSignal });
    },
    putObject: async (input, abortSignal) => {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      return (await load()).send(new PutObjectCommand(input), { abortSignal });
    },
  };
}

async function s3Client({ region, endpoint, credentials }: S3Options): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
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
