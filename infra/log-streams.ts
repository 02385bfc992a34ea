import type { Policy } from 'aws-cdk-lib/aws-iam';
import { Stack, Token, Validations } from 'aws-cdk-lib/core';

/** Tells cdk-nag why a policy has a wildcard at the end of the ARN of a log group. */
export function acknowledgeStreams(policy: Policy, logGroupName: string): void {
  // Of a group whose name is not known it sees no wildcard.
  if (Token.isUnresolved(logGroupName)) return;
  Validations.of(policy).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${asNagWritesIt(Stack.of(policy), logGroupName)}:*]`,
    reason: 'The wildcard stands for the log streams of one named group.',
  });
}

/** The ARN of a log group in cdk-nag's notation, where `<Ref>` stands for what is known at deployment only. */
function asNagWritesIt(stack: Stack, logGroupName: string): string {
  const or = (value: string, ref: string) => (Token.isUnresolved(value) ? `<${ref}>` : value);
  const partition = or(stack.partition, 'AWS::Partition');
  const region = or(stack.region, 'AWS::Region');
  const account = or(stack.account, 'AWS::AccountId');
  return `arn:${partition}:logs:${region}:${account}:log-group:${logGroupName}`;
}
