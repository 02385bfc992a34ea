import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** What reading an object takes of the AWS SDK. */
export const s3Sdk = { GetObjectCommand, S3Client };

export type S3Loader = () => Promise<typeof s3Sdk>;
