import {
  type CfnSecurityGroup,
  type IPeer,
  Port,
  SecurityGroup,
  type SecurityGroupProps,
} from 'aws-cdk-lib/aws-ec2';
import { Lazy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

export type CollectorSecurityGroupProps = Pick<SecurityGroupProps, 'vpc'>;

/** The TCP ports that the collector needs, in addition to those of AWS' APIs; undefined for any port. */
export type OutwardPorts = () => readonly number[] | undefined;

type Rule = CfnSecurityGroup.EgressProperty;

/** A function in a VPC has only an IPv4 address. */
const ANYWHERE = '0.0.0.0/0';

const EVERYTHING: Rule = {
  cidrIp: ANYWHERE,
  ipProtocol: '-1',
  description: 'Targets whose ports only the function knows',
};

/** The APIs of AWS, and a DNS resolver of the network: rules do not apply to Amazon's own. */
const ALWAYS: readonly Rule[] = [
  rule(Port.tcp(443), 'APIs of AWS'),
  rule(Port.tcp(53), 'DNS'),
  rule(Port.udp(53), 'DNS'),
];

/**
 * The group of the function. It lets nothing in, and lets out each needed port by one rule to any address, because a
 * group has room for 60 rules, and a cluster may have more services.
 */
export class CollectorSecurityGroup extends SecurityGroup {
  /** Rules of `connections`: those of `collectFrom`, and those of users, such as for a database. */
  readonly #others: Rule[] = [];
  readonly #connected = new Set<number>();
  #outward: OutwardPorts = () => undefined;

  constructor(scope: Construct, id: string, { vpc }: CollectorSecurityGroupProps) {
    super(scope, id, { vpc, description: 'Fargauge collector', disableInlineRules: false });
    const resource = this.node.defaultChild as CfnSecurityGroup;
    resource.securityGroupEgress = Lazy.any({ produce: () => this.#rules() });
  }

  /** Limits the outbound ports to these from now on. */
  restrict(outward: OutwardPorts): void {
    this.#outward = outward;
  }

  /** The TCP ports of connected groups; the first one of a range. */
  get connected(): readonly number[] {
    return [...this.#connected];
  }

  /** Turns a rule to a security group into one to its port. */
  override addEgressRule(peer: IPeer, port: Port, description = 'Targets'): void {
    const outward = rule(port, description);
    const config = peer.toEgressRuleConfig();
    if (!('destinationSecurityGroupId' in config)) {
      this.#others.push({ ...outward, ...config });
      return;
    }
    this.#others.push(outward);
    if (outward.fromPort !== undefined) this.#connected.add(outward.fromPort);
  }

  #rules(): readonly Rule[] {
    const ports = this.#outward();
    if (ports === undefined) return [EVERYTHING];
    const targets = ports.map((port) => rule(Port.tcp(port), 'Targets'));
    return distinct([...ALWAYS, ...targets, ...this.#others]);
  }
}

function rule(port: Port, description: string): Rule {
  return { cidrIp: ANYWHERE, ...port.toRuleJson(), description };
}

/** The first of equal rules. */
function distinct(rules: readonly Rule[]): Rule[] {
  const keyOf = ({ ipProtocol, fromPort, toPort, description: _, ...to }: Rule) =>
    JSON.stringify([ipProtocol, fromPort, toPort, to]);
  const keys = rules.map(keyOf);
  return rules.filter((each, index) => keys.indexOf(keyOf(each)) === index);
}
