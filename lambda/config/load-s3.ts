import type { S3Loader } from './s3-sdk.ts';

/** Loads the S3 client when it is first needed. Not for a bundle, which would get all of that client's operations. */
export const loadS3: S3Loader = async () => (await import('./s3-sdk.ts')).s3Sdk;
