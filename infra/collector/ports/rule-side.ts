import { CfnSecurityGroup, type IConnectable } from 'aws-cdk-lib/aws-ec2';
import { BaseService } from 'aws-cdk-lib/aws-ecs';
import { Reference, Stack, Tokenization } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Whether the stack of tasks surely depends on that of a construct: by its network or its cluster. Then the rules
 * between them must be in the stack of the tasks, otherwise in the other one, which needs the tasks and usually their
 * network.
 */
export function dependOn(tasks: IConnectable, construct: IConstruct): boolean {
  const stack = Stack.of(construct);
  const isOther = tasks.connections.securityGroups.some((group) => Stack.of(group) !== stack);
  return isOther && usedBy(tasks).some((used) => Stack.of(used) === stack);
}

function usedBy(tasks: IConnectable): IConstruct[] {
  const ofService = tasks instanceof BaseService ? [tasks.cluster, tasks.cluster.vpc] : [];
  const networks = tasks.connections.securityGroups.flatMap(({ node }) =>
    node.defaultChild instanceof CfnSecurityGroup
      ? referencesIn(node.defaultChild.vpcId ?? '')
      : [],
  );
  return [...ofService, ...networks];
}

function referencesIn(text: string): IConstruct[] {
  return Tokenization.reverseString(text)
    .tokens.filter((token) => Reference.isReference(token))
    .map(({ target }) => target);
}
