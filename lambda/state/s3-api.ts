import type {
  DeleteObjectCommandInput,
  GetObjectCommandInput,
  GetObjectCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { type ClientOptions, clientSettings } from '../model/settings/client.ts';

/** Attempts of one request, the first included. */
const MAX_ATTEMPTS = 3;
/** Milliseconds of one attempt. */
const REQUEST_TIMEOUT_MS = 3_000;

/** The used part of S3. Rejects as the SDK does. */
export interface S3Api {
  getObject(input: GetObjectCommandInput, signal: AbortSignal): Promise<GetObjectCommandOutput>;
  putObject(input: PutObjectCommandInput, signal: AbortSignal): Promise<PutObjectCommandOutput>;
}

/** The further operations for shards, which list and delete objects. Rejects as the SDK does. */
export interface S3ListApi extends S3Api {
  /** One page. */
  listObjects(
    input: ListObjectsV2CommandInput,
    signal: AbortSignal,
  ): Promise<ListObjectsV2CommandOutput>;
  deleteObject(input: DeleteObjectCommandInput, signal: AbortSignal): Promise<unknown>;
}

/** S3 for small objects. It loads its client when it is first needed; its attempts end in time without an answer. */
export function s3Api(options: ClientOptions): S3ListApi {
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
    listObjects: async (input, abortSignal) => {
      const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
      return (await load()).send(new ListObjectsV2Command(input), { abortSignal });
    },
    deleteObject: async (input, abortSignal) => {
      const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
      return (await load()).send(new DeleteObjectCommand(input), { abortSignal });
    },
  };
}

async function s3Client(options: ClientOptions): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client({
    ...clientSettings(options, REQUEST_TIMEOUT_MS),
    // The names of buckets are not hosts of another endpoint.
    forcePathStyle: options.endpoint !== undefined,
    // The bucket may be in another Region than the function.
    followRegionRedirects: true,
    retryMode: 'standard',
    maxAttempts: MAX_ATTEMPTS,
  });
}
