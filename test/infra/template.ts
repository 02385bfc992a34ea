import { Template } from 'aws-cdk-lib/assertions';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, type ICluster } from 'aws-cdk-lib/aws-ecs';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { App, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { Collector } from '../../infra/collector/collector.ts';
import type { CollectorProps } from '../../infra/collector/props.ts';

/** A function that is never run: what the templates say of it does not depend on its code. */
export const CODE = Code.fromInline('export const handler = () => {};');

/** An image that is never pulled. */
export const IMAGE = ContainerImage.fromRegistry('registry.example/image');

export interface CollectorStack {
  readonly stack: Stack;
  readonly collector: Collector;
}

/** The cluster `prod` and its network, which exist. */
export function placeIn(
  stack: Stack,
  id: string,
): { readonly vpc: IVpc; readonly cluster: ICluster } {
  const scope = new Construct(stack, id);
  const vpc = Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['a'],
    privateSubnetIds: ['subnet-0123456789abcdef0'],
  });
  const cluster = Cluster.fromClusterAttributes(scope, 'Cluster', {
    clusterName: 'prod',
    clusterArn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod',
    vpc,
  });
  return { vpc, cluster };
}

/** A stack with a collector of the cluster `prod` in a VPC that exists. */
export function collectorStack(
  props: Partial<CollectorProps> = {},
  stack: Stack = new Stack(new App(), 'Stack'),
): CollectorStack {
  return {
    stack,
    collector: new Collector(stack, 'Collector', {
      ...placeIn(stack, 'Given'),
      code: CODE,
      ...props,
    }),
  };
}

/** The template of a stack with such a collector. */
export function collectorTemplate(props: Partial<CollectorProps> = {}): Template {
  return Template.fromStack(collectorStack(props).stack);
}
