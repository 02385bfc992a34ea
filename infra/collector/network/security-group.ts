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

/** Says which TCP ports the collector reaches, beside those of AWS' APIs; undefined where it may be any. */
export type OutwardPorts = () => readonly number[] | undefined;

type Rule = CfnSecurityGroup.EgressProperty;

/** A function in a VPC has an IPv4 address only. */
const ANYWHERE = '0.0.0.0/0';

const EVERYTHING: Rule = {
  cidrIp: ANYWHERE,
  ipProtocol: '-1',
  description: 'Targets whose ports only the function knows',
};

/** The APIs of AWS, and a resolver of the network's own: one of Amazon's is not subject to rules. */
const ALWAYS: readonly Rule[] = [
  rule(Port.tcp(443), 'APIs of AWS'),
  rule(Port.tcp(53), 'DNS'),
  rule(Port.udp(53), 'DNS'),
];

/**
 * The group of the function. It lets nothing in, and out what the collector needs, each port by a rule of its own, wherever it
 * leads: a group has room for 60 rules, and a cluster for more services than that.
 */
export class CollectorSecurityGroup extends SecurityGroup {
  /** Of `connections`: those of `collectFrom`, and those of users, such as for a database. */
  readonly #others: Rule[] = [];
  readonly #connected = new Set<number>();
  #outward: OutwardPorts = () => undefined;

  constructor(scope: Construct, id: string, { vpc }: CollectorSecurityGroupProps) {
    super(scope, id, { vpc, description: 'Fargauge collector', disableInlineRules: false });
    const resource = this.node.defaultChild as CfnSecurityGroup;
    resource.securityGroupEgress = Lazy.any({ produce: () => this.#rules() });
  }

  /** Lets out no more than this from now on. */
  restrict(outward: OutwardPorts): void {
    this.#outward = outward;
  }

  /** The TCP ports of groups that it was connected to; of a range, the first. */
  get connected(): readonly number[] {
    return [...this.#connected];
  }

  /** A rule to a security group becomes one to its port. */
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

/** Of several that let the same out, the first. */
function distinct(rules: readonly Rule[]): Rule[] {
  const keyOf = ({ ipProtocol, fromPort, toPort, description: _, ...to }: Rule) =>
    JSON.stringify([ipProtocol, fromPort, toPort, to]);
  const keys = rules.map(keyOf);
  return rules.filter((each, index) => keys.indexOf(keyOf(each)) === index);
}
