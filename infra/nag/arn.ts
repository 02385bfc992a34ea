import { type Stack, Token } from 'aws-cdk-lib/core';

/** An ARN of a stack's account and Region in cdk-nag's notation, where `<Ref>` stands for what is known at deployment only. */
export function nagArn(stack: Stack, service: string, resource: string): string {
  const or = (value: string, ref: string) => (Token.isUnresolved(value) ? `<${ref}>` : value);
  const partition = or(stack.partition, 'AWS::Partition');
  const region = or(stack.region, 'AWS::Region');
  const account = or(stack.account, 'AWS::AccountId');
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}
