import type { S3Location } from './s3.ts';

/** Where a state is kept. */
export type StatePlace =
  | ({ readonly kind: 's3' } & S3Location)
  | { readonly kind: 'file'; readonly path: string };

/** S3's rules for the names of buckets, but for those that only AWS can check; an ARN of an access point is none of them. */
const S3_URL = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/;

/**
 * Reads `s3://bucket/key`, or the path of a file.
 *
 * @throws TypeError
 */
export function parseStatePlace(text: string): StatePlace {
  if (!/^[a-z0-9]+:\/\//i.test(text)) return { kind: 'file', path: text };
  const [, bucket, key] = S3_URL.exec(text) ?? [];
  if (bucket === undefined || key === undefined || key.endsWith('/')) {
    throw new TypeError(`Expected s3://bucket/key or the path of a file, got "${text}"`);
  }
  return { kind: 's3', bucket, key };
}
