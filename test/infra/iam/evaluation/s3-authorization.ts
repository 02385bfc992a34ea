import type { IamRequest } from './policy.ts';

/** A request for an object, or for a list of them, as it came over the wire. */
export interface ObjectCall {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly bucket: string;
  /** Empty: it is for a list. */
  readonly key: string;
  /** Only if the object is the version that is named. */
  readonly isConditional: boolean;
}

/**
 * What a call must be allowed before S3 looks at the object. A write with If-Match takes s3:GetObject too.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @param encryptionKey ARN of the key of the bucket
 * @throws TypeError for what is done to a bucket
 */
export function objectRequests(call: ObjectCall, encryptionKey: string | undefined): IamRequest[] {
  const { method, bucket, key, isConditional } = call;
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  const get = { action: 's3:GetObject', resource, context: {} };
  if (key === '') {
    if (method !== 'GET') throw new TypeError(`Nothing is known of ${method} of a bucket`);
    return [listRequest(call)];
  }
  switch (method) {
    case 'GET':
      return [get];
    case 'DELETE':
      return [{ ...get, action: 's3:DeleteObject' }];
    case 'PUT':
      return [
        { ...get, action: 's3:PutObject' },
        ...(isConditional ? [get] : []),
        ...keyRequests('kms:GenerateDataKey', encryptionKey),
      ];
  }
}

/** What must be allowed to be given the object that is there. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html */
export function presentRequests(
  { method, key }: ObjectCall,
  encryptionKey: string | undefined,
): IamRequest[] {
  return method === 'GET' && key !== '' ? keyRequests('kms:Decrypt', encryptionKey) : [];
}

/** What must be allowed to be told that there is no object: without it, S3 says that it is forbidden. */
export function missingRequests(call: ObjectCall): IamRequest[] {
  return [listRequest(call)];
}

function listRequest({ bucket }: ObjectCall): IamRequest {
  return { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context: {} };
}

function keyRequests(action: string, encryptionKey: string | undefined): IamRequest[] {
  return encryptionKey === undefined ? [] : [{ action, resource: encryptionKey, context: {} }];
}
