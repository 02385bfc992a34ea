import {
  Connections,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  type SubnetSelection,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { Annotations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ApiEndpoint } from './api-endpoint.ts';
import { CollectorSecurityGroup } from './collector/security-group.ts';
import { InvalidPropsError } from './errors.ts';

export interface CollectorNetworkProps {
  readonly vpc: IVpc;

  /**
   * The subnets of the function.
   *
   * @default - the private subnets with egress; with `endpoints` the isolated ones where there are no others
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The security groups of the function.
   *
   * @default - one of its own
   */
  readonly securityGroups?: readonly ISecurityGroup[];

  /**
   * Endpoints to make.
   *
   * @default - none
   */
  readonly endpoints?: readonly ApiEndpoint[];
}

/** Where in a VPC the collector runs: subnets from which it can reach its APIs, and a security group that lets nothing in. */
export class CollectorNetwork extends Construct {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  /** The one of its own; undefined where others were given. */
  readonly securityGroup: CollectorSecurityGroup | undefined;
  readonly connections: Connections;

  constructor(scope: Construct, id: string, props: CollectorNetworkProps) {
    super(scope, id);
    const { vpc, endpoints = [], securityGroups } = props;
    this.vpc = vpc;
    this.subnets = this.validSubnets(props);
    this.securityGroup =
      securityGroups === undefined
        ? new CollectorSecurityGroup(this, 'SecurityGroup', { vpc })
        : undefined;
    this.connections =
      this.securityGroup?.connections ??
      new Connections({ securityGroups: [...(securityGroups ?? [])] });
    for (const endpoint of endpoints) endpoint.create(this, vpc, this.subnets);
  }

  private validSubnets({
    vpc,
    vpcSubnets,
    endpoints = [],
  }: CollectorNetworkProps): readonly ISubnet[] {
    if (vpcSubnets === undefined && vpc.privateSubnets.length === 0) {
      if (endpoints.length > 0 && vpc.isolatedSubnets.length > 0) return vpc.isolatedSubnets;
      throw new InvalidPropsError(
        this,
        `No subnets with egress in ${vpc.node.path}: expected private subnets with a NAT gateway, or isolated subnets and \`endpoints\``,
      );
    }
    const { subnets } = vpc.selectSubnets(
      vpcSubnets ?? { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    );
    if (subnets.length === 0) {
      throw new InvalidPropsError(
        this,
        `No subnets with egress in ${vpc.node.path}: expected \`vpcSubnets\` to select at least one`,
      );
    }
    const open = subnets.find((subnet) => vpc.publicSubnets.includes(subnet));
    if (open !== undefined) {
      throw new InvalidPropsError(
        this,
        `No egress from the public subnet ${open.node.path}: a function never has a public address; expected private subnets, or isolated subnets and \`endpoints\``,
      );
    }
    const isolated = subnets.find((subnet) => vpc.isolatedSubnets.includes(subnet));
    if (isolated !== undefined && endpoints.length === 0) {
      Annotations.of(this).addWarningV2(
        'fargauge:noEgress',
        `[${this.node.path}] No egress from the isolated subnet ${isolated.node.path}: the collector needs endpoints of ECS, CloudWatch Logs and S3 there; have them made with \`endpoints\`, or acknowledge this warning if they exist`,
      );
    }
    return subnets;
  }
}
