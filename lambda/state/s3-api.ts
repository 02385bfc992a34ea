import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { type ClientOptions, clientSettings } from '../model/client-settings.ts';

/** Attempts of one request, the first included. */
const MAX_ATTEMPTS = 3;
/** Milliseconds of one attempt. */
const REQUEST_TIMEOUT_MS = 3_000;

/** The part of S3 that is used. Rejects as the SDK does. */
export interface S3Api {
  getObject(input: GetObjectCommandInput, signal: AbortSignal): Promise<GetObjectCommandOutput>;
  putObject(input: PutObjectCommandInput, signal: AbortSignal): Promise<PutObjectCommandOutput>;
}

/** S3 for a small object. Its client is loaded when it is first needed; its attempts end in time where nobody answers. */
export function s3Api(options: ClientOptions): S3Api {
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

async function s3Client(options: ClientOptions): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client({
    ...clientSettings(options, REQUEST_TIMEOUT_MS),
    // The names of buckets are no hosts of another endpoint.
    forcePathStyle: options.endpoint !== undefined,
    // The bucket may be in another Region than the function.
    followRegionRedirects: true,
    retryMode: 'standard',
    maxAttempts: MAX_ATTEMPTS,
  });
}
