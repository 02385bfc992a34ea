import { Match } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib/core';

const EXTERNAL_ID = 'shop-4711';

/** What each construct that gives access to a collector of another account is told of it. */
export function identityOf(collectorRoleArn: string) {
  return { collectorRoleArn, externalId: EXTERNAL_ID };
}

/** The stack of the account that gives access, with an app of its own. */
export function accessStack(account?: string): { readonly app: App; readonly stack: Stack } {
  const app = new App();
  const env = account === undefined ? undefined : { account, region: 'eu-west-1' };
  return { app, stack: new Stack(app, 'Stack', env && { env }) };
}

/** The properties of a role that one role of the collector's account can assume, with the external id. */
export function assumableBy(collectorRoleArn: string, roleName: string) {
  const [account] = /\d{12}/.exec(collectorRoleArn) ?? [];
  return {
    RoleName: roleName,
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { AWS: { 'Fn::Join': ['', Match.arrayWith([`:iam::${account}:root`])] } },
          Condition: {
            ArnEquals: { 'aws:PrincipalArn': collectorRoleArn },
            StringEquals: { 'sts:ExternalId': EXTERNAL_ID },
          },
        },
      ],
    },
  };
}
