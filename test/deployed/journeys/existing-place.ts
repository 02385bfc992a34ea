import { type ISecurityGroup, type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, type ICluster } from 'aws-cdk-lib/aws-ecs';
import type { Stack } from 'aws-cdk-lib/core';

/** A cluster with its network and the security group of its tasks, which a user has. */
export interface ExistingPlace {
  readonly vpc: IVpc;
  readonly cluster: ICluster;
  readonly tasks: ISecurityGroup;
}

export function existingPlace(stack: Stack, clusterName: string): ExistingPlace {
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['a'],
    privateSubnetIds: ['subnet-0123456789abcdef0'],
  });
  return {
    vpc,
    cluster: Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName, vpc }),
    tasks: SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef0'),
  };
}
