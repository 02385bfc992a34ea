/** Where a document lies that is neither in the environment nor in a file. */
export type Location =
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'ssm'; readonly name: string };

/** How locations are written. */
export const LOCATION = 's3://BUCKET/KEY or ssm:NAME';

/** No document begins like this and ends in the same word. */
const LIKE_A_LOCATION = /^\s*(?:s3:\/\/|ssm:)\S*\s*$/;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const S3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/;

/** A name, a path of names, or an ARN: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
const SSM = /^ssm:([\w.:/-]+)$/;

/** Whether a text is meant as a location, be it a right one or not. */
export function isLikeLocation(text: string): boolean {
  return LIKE_A_LOCATION.test(text);
}

/** Undefined where the text is no location. */
export function parseLocation(text: string): Location | undefined {
  const written = text.trim();
  const [, bucket, key] = S3.exec(written) ?? [];
  if (bucket !== undefined && key !== undefined) return { kind: 's3', bucket, key };
  const [, name] = SSM.exec(written) ?? [];
  return name === undefined ? undefined : { kind: 'ssm', name };
}
