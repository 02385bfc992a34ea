import { AccountPrincipal, PrincipalWithConditions } from 'aws-cdk-lib/aws-iam';
import { Token } from 'aws-cdk-lib/core';
import { InvalidPropsError } from '../props/errors.ts';
import type { Owner } from '../props/valid.ts';

const ROLE_ARN = /^arn:[\w-]+:iam::(\d{12}):role\/[\w+=,.@/-]{1,576}$/;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/** The collector of another account. */
export interface CollectorIdentity {
  /** The role of the collector, in its account: the output `CollectorRole` of the app. */
  readonly collectorRoleArn: string;

  /** The external id of the role, which the collector must give as `external_id` in its configuration. */
  readonly externalId: string;
}

/**
 * The principal of a role for the collector of another account: the account, limited by a condition to one role of it.
 * A role as the principal must exist, and changes when it is deleted and made again.
 *
 * @throws InvalidPropsError
 */
export function collectorPrincipal(
  owner: Owner,
  { collectorRoleArn, externalId }: CollectorIdentity,
): PrincipalWithConditions {
  const [, account] = ROLE_ARN.exec(collectorRoleArn) ?? [];
  if (account === undefined) {
    throw new InvalidPropsError(
      owner,
      `Expected \`collectorRoleArn\` to be the ARN of a role, such as arn:aws:iam::111122223333:role/fargauge, got "${collectorRoleArn}"`,
    );
  }
  if (!Token.isUnresolved(externalId) && !EXTERNAL_ID.test(externalId)) {
    throw new InvalidPropsError(
      owner,
      `Expected \`externalId\` to have 2 to 1224 letters, digits and + = , . @ : / - _, got "${externalId}"`,
    );
  }
  return new PrincipalWithConditions(new AccountPrincipal(account), {
    ArnEquals: { 'aws:PrincipalArn': collectorRoleArn },
    StringEquals: { 'sts:ExternalId': externalId },
  });
}
