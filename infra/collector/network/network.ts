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
import { InvalidPropsError } from '../../props/errors.ts';
import { ApiEndpoint } from './api-endpoint.ts';
import { hasEndpoints, withoutEndpoint } from './needed-endpoints.ts';
import { CollectorSecurityGroup } from './security-group.ts';

/** Stands for all endpoints that the configuration needs. */
const [ALL_NEEDED] = ApiEndpoint.ALL_NEEDED;

export interface CollectorNetworkProps {
  readonly vpc: IVpc;

  /**
   * The subnets of the function.
   *
   * @default - the private subnets with egress; with `endpoints` the isolated ones where there are no others, else the public ones
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

  /** The APIs that the collector calls. */
  readonly needed: readonly ApiEndpoint[];
}

/** The collector's place in a VPC: subnets from which it can reach its APIs, and a security group without inbound rules. */
export class CollectorNetwork extends Construct {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  /** Its own group; undefined if others were given. */
  readonly securityGroup: CollectorSecurityGroup | undefined;
  readonly connections: Connections;

  constructor(scope: Construct, id: string, props: CollectorNetworkProps) {
    super(scope, id);
    const { vpc, securityGroups } = props;
    this.vpc = vpc;
    this.subnets = this.validSubnets(props);
    this.securityGroup =
      securityGroups === undefined
        ? new CollectorSecurityGroup(this, 'SecurityGroup', { vpc })
        : undefined;
    this.connections =
      this.securityGroup?.connections ??
      new Connections({ securityGroups: [...(securityGroups ?? [])] });
    const missing = withoutEndpoint(vpc, props.needed);
    const endpoints = (props.endpoints ?? []).flatMap((endpoint) =>
      endpoint === ALL_NEEDED ? missing : [endpoint],
    );
    this.checkEgress(
      endpoints,
      missing.filter((each) => !endpoints.includes(each)),
    );
    for (const endpoint of new Set(endpoints)) endpoint.create(this, vpc, this.subnets);
  }

  private validSubnets({
    vpc,
    vpcSubnets,
    endpoints = [],
  }: CollectorNetworkProps): readonly ISubnet[] {
    if (vpcSubnets === undefined && vpc.privateSubnets.length === 0) {
      const others = vpc.isolatedSubnets.length > 0 ? vpc.isolatedSubnets : vpc.publicSubnets;
      if (endpoints.length > 0 && others.length > 0) return others;
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
    return subnets;
  }

  /** The app may not know all endpoints, but a public subnet without any has no egress. */
  private checkEgress(made: readonly ApiEndpoint[], missing: readonly ApiEndpoint[]): void {
    const { vpc, subnets } = this;
    const open = subnets.find((subnet) => vpc.publicSubnets.includes(subnet));
    const isolated = subnets.find((subnet) => vpc.isolatedSubnets.includes(subnet));
    const closed = open ?? isolated;
    if (closed === undefined || missing.length === 0) return;
    if (open !== undefined && made.length === 0 && !hasEndpoints(vpc)) {
      throw new InvalidPropsError(
        this,
        `No egress from the public subnet ${open.node.path}: a function never has a public address; expected private subnets, or \`endpoints\``,
      );
    }
    const kind = open === undefined ? 'isolated' : 'public';
    const titles = listOf(missing.map(({ title }) => title));
    Annotations.of(this).addWarningV2(
      'fargauge:noEgress',
      `[${this.node.path}] No egress from the ${kind} subnet ${closed.node.path}: the collector needs endpoints of ${titles} there; make them with \`endpoints\`, or acknowledge this warning if they exist`,
    );
  }
}

/** `a, b and c`. */
function listOf(texts: readonly string[]): string {
  return [texts.slice(0, -1).join(', '), ...texts.slice(-1)].filter((each) => each).join(' and ');
}
