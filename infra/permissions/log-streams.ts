import type { Policy } from 'aws-cdk-lib/aws-iam';
import { Stack, Token } from 'aws-cdk-lib/core';
import { acknowledge } from '../nag/acknowledge.ts';
import { nagArn } from '../nag/arn.ts';

/** Tells cdk-nag why a policy has a wildcard at the end of the ARN of a log group. */
export function acknowledgeStreams(policy: Policy, logGroupName: string): void {
  // Of a group whose name is not known it sees no wildcard.
  if (Token.isUnresolved(logGroupName)) return;
  const arn = nagArn(Stack.of(policy), 'logs', `log-group:${logGroupName}`);
  acknowledge(policy, {
    id: `AwsSolutions-IAM5[Resource::${arn}:*]`,
    reason: 'The wildcard stands for the log streams of one named group.',
  });
}
