import type { Secret } from './secret.ts';

/** A long-term key of an IAM user. */
export interface AccessKey {
  readonly id: string;
  readonly secret: Secret;
}

/** A role whose credentials are used, perhaps of another account. */
export interface AssumedRole {
  readonly arn: string;
  readonly externalId?: string | undefined;
}
