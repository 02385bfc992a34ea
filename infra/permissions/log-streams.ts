import type { Policy } from 'aws-cdk-lib/aws-iam';
import { Stack, Token } from 'aws-cdk-lib/core';
import { acknowledge } from '../nag/acknowledge.ts';
import { nagArn } from '../nag/arn.ts';

/** Gives cdk-nag the reason for the wildcard at the end of a log group's ARN. */
export function acknowledgeStreams(policy: Policy, logGroupName: string): void {
  // Cdk-nag sees no wildcard in the ARN of an unknown name.
  if (Token.isUnresolved(logGroupName)) return;
  const arn = nagArn(Stack.of(policy), 'logs', `log-group:${logGroupName}`);
  acknowledge(policy, {
    id: `AwsSolutions-IAM5[Resource::${arn}:*]`,
    reason: 'The wildcard stands for the log streams of one named group.',
  });
}
