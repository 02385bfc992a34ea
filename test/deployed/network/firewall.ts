import { BlockList } from 'node:net';
import type { DeployedStack } from '../assembly.ts';

/** Who opens connections, or takes them. */
export interface Party {
  /** Ids of its security groups. */
  readonly groups: readonly string[];
  /** An address of its subnet; undefined where that exists outside of the templates. */
  readonly address: string | undefined;
}

/** A rule as CloudFormation has it: in a security group, or by itself. */
interface Rule {
  readonly GroupId?: string;
  readonly IpProtocol: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly CidrIp?: string;
  readonly SourceSecurityGroupId?: string;
  readonly DestinationSecurityGroupId?: string;
}

const ALL_PROTOCOLS = '-1';
const TCP: ReadonlySet<string> = new Set(['tcp', '6', ALL_PROTOCOLS]);

/** The security groups of templates, and what they let through. */
export class Firewall {
  readonly #ingress = new Map<string, Rule[]>();
  readonly #egress = new Map<string, Rule[]>();
  /** Those that exist outside of the templates and get rules from them, by account. */
  readonly #existing = new Map<string, Set<string>>();

  constructor(stacks: readonly DeployedStack[]) {
    const made = new Set(
      stacks.flatMap(({ values }) =>
        values.idsOf('AWS::EC2::SecurityGroup').map((id) => values.nameOf(id)),
      ),
    );
    for (const { values, at } of stacks) {
      for (const id of values.idsOf('AWS::EC2::SecurityGroup')) {
        const group = values.nameOf(id);
        const { SecurityGroupIngress, SecurityGroupEgress } = values.properties(id);
        for (const rule of listOf(SecurityGroupIngress)) add(this.#ingress, group, rule);
        for (const rule of listOf(SecurityGroupEgress)) add(this.#egress, group, rule);
      }
      for (const id of values.idsOf('AWS::EC2::SecurityGroupIngress')) {
        const rule = values.properties(id) as unknown as Rule;
        const group = String(rule.GroupId);
        add(this.#ingress, group, rule);
        if (made.has(group)) continue;
        this.#existing.set(
          at.account,
          this.#existing.get(at.account)?.add(group) ?? new Set([group]),
        );
      }
      for (const id of values.idsOf('AWS::EC2::SecurityGroupEgress')) {
        const rule = values.properties(id) as unknown as Rule;
        add(this.#egress, String(rule.GroupId), rule);
      }
    }
  }

  /** Ids of groups of an account that exist outside of the templates and get rules from them. */
  existingIn(account: string): readonly string[] {
    return [...(this.#existing.get(account) ?? [])];
  }

  /** Whether one may open a connection to a port of another. */
  admits(from: Party, to: Party, port: number): boolean {
    const enters = to.groups
      .flatMap((group) => this.#ingress.get(group) ?? [])
      .some((rule) => applies(rule, rule.SourceSecurityGroupId, from, port));
    return enters && this.letsOut(from, to, port);
  }

  /** Whether one may open a connection to a port of another that lets everybody in. */
  letsOut(from: Party, to: Party, port: number): boolean {
    return from.groups.some((group) => {
      const rules = this.#egress.get(group);
      // Neither the rules of EC2 for a new group nor, as far as is known, those of one that exists keep anything in.
      if (rules === undefined) return true;
      return rules.some((rule) => applies(rule, rule.DestinationSecurityGroupId, to, port));
    });
  }
}

function applies(
  { IpProtocol, FromPort = 0, ToPort = 65_535, CidrIp }: Rule,
  peer: string | undefined,
  other: Party,
  port: number,
): boolean {
  const isPort = IpProtocol === ALL_PROTOCOLS || (FromPort <= port && port <= ToPort);
  const isPeer = peer !== undefined && other.groups.includes(peer);
  return TCP.has(IpProtocol) && isPort && (isPeer || holds(CidrIp, other.address));
}

/** Whether an address, which may not be known, is in a block. */
function holds(block: string | undefined, address: string | undefined): boolean {
  if (block === undefined) return false;
  const [network = '', bits] = block.split('/');
  if (Number(bits) === 0) return true;
  if (address === undefined) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits));
  return list.check(address);
}

function listOf(rules: unknown): readonly Rule[] {
  return (rules ?? []) as readonly Rule[];
}

function add(rules: Map<string, Rule[]>, group: string, rule: Rule): void {
  rules.set(group, [...(rules.get(group) ?? []), rule]);
}
