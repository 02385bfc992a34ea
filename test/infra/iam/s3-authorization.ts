import type { IamRequest } from './policy.ts';

/** A request for an object, as it came over the wire. */
export interface ObjectCall {
  readonly method: 'GET' | 'PUT';
  readonly bucket: string;
  readonly key: string;
  /** Only if the object is the version that is named. */
  readonly isConditional: boolean;
}

/**
 * What a call must be allowed before S3 looks at the object. A write with If-Match takes s3:GetObject too.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @param encryptionKey ARN of the key of the bucket
 */
export function objectRequests(
  { method, bucket, key, isConditional }: ObjectCall,
  encryptionKey: string | undefined,
): IamRequest[] {
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  const get = { action: 's3:GetObject', resource, context: {} };
  if (method === 'GET') return [get];
  return [
    { ...get, action: 's3:PutObject' },
    ...(isConditional ? [get] : []),
    ...keyRequests('kms:GenerateDataKey', encryptionKey),
  ];
}

/** What must be allowed to be given the object that is there. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html */
export function presentRequests(encryptionKey: string | undefined): IamRequest[] {
  return keyRequests('kms:Decrypt', encryptionKey);
}

/** What must be allowed to be told that there is no object: without it, S3 says that it is forbidden. */
export function missingRequests({ bucket }: ObjectCall): IamRequest[] {
  return [{ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context: {} }];
}

function keyRequests(action: string, encryptionKey: string | undefined): IamRequest[] {
  return encryptionKey === undefined ? [] : [{ action, resource: encryptionKey, context: {} }];
}
