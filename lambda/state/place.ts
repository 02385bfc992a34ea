import type { S3Location } from './s3.ts';

/** The place of a state. */
export type StatePlace =
  | ({ readonly kind: 's3' } & S3Location)
  | { readonly kind: 'file'; readonly path: string };

/**
 * Names of buckets, by the rules that need no call to AWS; access points are not supported.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
const S3_URL = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.*[^/])$/;

/** Reads `s3://bucket/key`, or the path of a file; undefined for any other text. */
export function parseStatePlace(text: string): StatePlace | undefined {
  if (text !== '' && !/^[a-z0-9]+:\/\//i.test(text)) return { kind: 'file', path: text };
  const [, bucket, key] = S3_URL.exec(text) ?? [];
  if (bucket === undefined || key === undefined) return undefined;
  return { kind: 's3', bucket, key };
}
