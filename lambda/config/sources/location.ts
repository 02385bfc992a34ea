/** A document outside of the environment and the file system. */
export type Location =
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'ssm'; readonly name: string };

/** The format of locations. */
export const LOCATION = 's3://BUCKET/KEY or ssm:NAME';

/** No document consists of one word that begins like this. */
const LIKE_A_LOCATION = /^\s*(?:s3:\/\/|ssm:)\S*\s*$/;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const S3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/;

/** A name, a path of names, or an ARN: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
const SSM = /^ssm:([\w.:/-]+)$/;

/** Whether a text looks like a location, valid or not. */
export function isLikeLocation(text: string): boolean {
  return LIKE_A_LOCATION.test(text);
}

/** Undefined if the text is not a valid location. */
export function parseLocation(text: string): Location | undefined {
  const written = text.trim();
  const [, bucket, key] = S3.exec(written) ?? [];
  if (bucket !== undefined && key !== undefined) return { kind: 's3', bucket, key };
  const [, name] = SSM.exec(written) ?? [];
  return name === undefined ? undefined : { kind: 'ssm', name };
}
