import type { S3Location } from './s3.ts';

/** Where a state is kept. */
export type StatePlace =
  | ({ readonly kind: 's3' } & S3Location)
  | { readonly kind: 'file'; readonly path: string };

/**
 * Buckets' names as far as this can be told without AWS; an access point has none.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
const S3_URL = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.*[^/])$/;

/** Reads `s3://bucket/key`, or the path of a file; undefined where it is neither. */
export function parseStatePlace(text: string): StatePlace | undefined {
  if (text !== '' && !/^[a-z0-9]+:\/\//i.test(text)) return { kind: 'file', path: text };
  const [, bucket, key] = S3_URL.exec(text) ?? [];
  if (bucket === undefined || key === undefined) return undefined;
  return { kind: 's3', bucket, key };
}
