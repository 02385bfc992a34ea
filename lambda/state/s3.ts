import type { GetObjectCommandOutput, S3ServiceException } from '@aws-sdk/client-s3';
import type { StateFormatError } from './format.ts';
import type { S3Api } from './s3-api.ts';
import { asideName, type StateStore, StateStoreError } from './store.ts';

/** An object in S3. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
  /**
   * Prefix of the names of copies that are set aside.
   *
   * @default `key`
   */
  readonly asideKey?: string;
}

/**
 * Errors of a conditional write: the object has changed, or is being written at this moment.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
const CONFLICTS: ReadonlySet<string> = new Set([
  'PreconditionFailed',
  'ConditionalRequestConflict',
  // The object to replace is gone.
  'NoSuchKey',
]);

/** The permissions that may be missing if S3 denies an operation. */
const NEEDED = {
  // Without the right to list, S3 answers a missing object like a forbidden one.
  GetObject: 's3:GetObject on the object and s3:ListBucket on the bucket',
  PutObject: 's3:PutObject on the object',
} as const;

/** The state in an object of S3. Conditional writes tell one of two writers about the other. */
export function s3Store(s3: S3Api, { bucket, key, asideKey = key }: S3Location): StateStore {
  const put = (name: string, bytes: Uint8Array, condition: object, signal: AbortSignal) =>
    s3.putObject({ Bucket: bucket, Key: name, Body: bytes, ...condition }, signal);
  const failure = (operation: keyof typeof NEEDED, error: unknown, signal: AbortSignal) =>
    failureOf(operation, `s3://${bucket}/${key}`, error as Error, signal);
  return {
    isShared: true,
    read: async (signal, known) => {
      const condition = known === undefined ? {} : { IfNoneMatch: known };
      try {
        return await objectOf(
          await s3.getObject({ Bucket: bucket, Key: key, ...condition }, signal),
        );
      } catch (error) {
        if (isNotModified(error)) return 'unchanged';
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw failure('GetObject', error, signal);
      }
    },
    write: async (bytes, version, signal) => {
      const condition = version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version };
      try {
        const { ETag } = await put(key, bytes, condition, signal);
        return { version: String(ETag ?? '') };
      } catch (error) {
        if (CONFLICTS.has((error as Error).name)) return 'conflict';
        throw failure('PutObject', error, signal);
      }
    },
    setAside: async ({ bytes }, kind: StateFormatError['kind'], now, signal) => {
      const name = asideName(asideKey, kind, now);
      try {
        await put(name, bytes, {}, signal);
      } catch (error) {
        throw failureOf('PutObject', `s3://${bucket}/${name}`, error as Error, signal);
      }
      return `s3://${bucket}/${name}`;
    },
  };
}

/** The answer to a failed condition has no body, so the SDK makes an error without a name of it. */
function isNotModified(error: unknown): boolean {
  return (error as S3ServiceException).$metadata?.httpStatusCode === 304;
}

async function objectOf({ Body, ETag }: GetObjectCommandOutput) {
  if (!Body) throw new TypeError('the answer has no body');
  const bytes: unknown = await Body.transformToByteArray();
  if (!(ArrayBuffer.isView(bytes) && typeof ETag === 'string')) {
    throw new TypeError('the answer has no bytes, or no ETag');
  }
  return { bytes: bytes as Uint8Array, version: ETag };
}

function failureOf(
  operation: keyof typeof NEEDED,
  object: string,
  error: Error,
  signal: AbortSignal,
): StateStoreError {
  const what = `${operation} of the state ${object}`;
  if (signal.aborted) return new StateStoreError(`${what} did not end in time`, { cause: error });
  const { name, message } = error;
  const why = name === 'AccessDenied' ? `is denied; it needs ${NEEDED[operation]}` : 'failed';
  return new StateStoreError(`${what} ${why}. ${name}: ${message}`, { cause: error });
}
