import { describe, expect, it } from '@jest/globals';
import { TemplateValues } from '../../infra/iam/evaluation/template-values.ts';
import { Firewall } from './firewall.ts';

const AT = { account: '111122223333', region: 'eu-west-1' };
const OUT = { IpProtocol: '-1', CidrIp: '0.0.0.0/0' };
const COLLECTOR = { groups: ['Collector'], address: '10.0.1.0' };
const TASK = { groups: ['Tasks'], address: '10.0.2.0' };

const group = (ingress: readonly object[], egress?: readonly object[]) => ({
  Type: 'AWS::EC2::SecurityGroup',
  Properties: { SecurityGroupIngress: ingress, SecurityGroupEgress: egress },
});
const standalone = (kind: 'Ingress' | 'Egress', rule: object) => ({
  Type: `AWS::EC2::SecurityGroup${kind}`,
  Properties: rule,
});
const tcp = (FromPort: number, more: object, ToPort = FromPort) => ({
  IpProtocol: 'tcp',
  FromPort,
  ToPort,
  ...more,
});
const firewall = (...templates: readonly Readonly<Record<string, object>>[]) =>
  new Firewall(
    templates.map((resources) => ({
      name: 'Stack',
      at: AT,
      values: new TemplateValues({ Resources: resources as never }, AT),
    })),
  );

const FROM_COLLECTOR = { SourceSecurityGroupId: 'Collector' };
const TO_TASKS = { DestinationSecurityGroupId: 'Tasks' };
const OPEN_COLLECTOR = group([], [OUT]);

describe('a connection to port 9546', () => {
  it.each<[string, boolean, Readonly<Record<string, object>>]>([
    ['no rule', false, { Collector: OPEN_COLLECTOR, Tasks: group([]) }],
    [
      'a rule in the group of the tasks',
      true,
      { Collector: OPEN_COLLECTOR, Tasks: group([tcp(9546, FROM_COLLECTOR)]) },
    ],
    [
      'a rule for another port',
      false,
      { Collector: OPEN_COLLECTOR, Tasks: group([tcp(8080, FROM_COLLECTOR)]) },
    ],
    [
      'a rule for a range',
      true,
      { Collector: OPEN_COLLECTOR, Tasks: group([tcp(9000, FROM_COLLECTOR, 9999)]) },
    ],
    [
      'a rule for UDP',
      false,
      {
        Collector: OPEN_COLLECTOR,
        Tasks: group([{ ...tcp(9546, FROM_COLLECTOR), IpProtocol: 'udp' }]),
      },
    ],
    [
      'a rule for another group',
      false,
      {
        Collector: OPEN_COLLECTOR,
        Tasks: group([tcp(9546, { SourceSecurityGroupId: 'Other' })]),
      },
    ],
    [
      'a rule for the network of the collector',
      true,
      { Collector: OPEN_COLLECTOR, Tasks: group([tcp(9546, { CidrIp: '10.0.0.0/16' })]) },
    ],
    [
      'a rule for another network',
      false,
      { Collector: OPEN_COLLECTOR, Tasks: group([tcp(9546, { CidrIp: '10.1.0.0/16' })]) },
    ],
    [
      'a rule by itself',
      true,
      {
        Collector: OPEN_COLLECTOR,
        Tasks: group([]),
        Rule: standalone('Ingress', tcp(9546, { GroupId: { Ref: 'Tasks' }, ...FROM_COLLECTOR })),
      },
    ],
    [
      'a collector whose group lets nothing out',
      false,
      {
        Collector: group([], [{ IpProtocol: 'icmp', CidrIp: '255.255.255.255/32' }]),
        Tasks: group([tcp(9546, FROM_COLLECTOR)]),
      },
    ],
    [
      'a collector whose group lets it out to the tasks by a rule of its own',
      true,
      {
        Collector: group([], [{ IpProtocol: 'icmp', CidrIp: '255.255.255.255/32' }]),
        Tasks: group([tcp(9546, FROM_COLLECTOR)]),
        Rule: standalone('Egress', tcp(9546, { GroupId: { Ref: 'Collector' }, ...TO_TASKS })),
      },
    ],
  ])('with %s: %s', (_, expected, resources) => {
    expect(firewall(resources).admits(COLLECTOR, TASK, 9546)).toBe(expected);
  });

  it('may be allowed by another stack, for a group that exists', () => {
    const rule = standalone('Ingress', tcp(9546, { GroupId: 'sg-1', ...FROM_COLLECTOR }));
    const both = firewall({ Collector: OPEN_COLLECTOR }, { Rule: rule });
    expect(both.existingIn(AT.account)).toEqual(['sg-1']);
    expect(both.admits(COLLECTOR, { groups: ['sg-1'], address: undefined }, 9546)).toBe(true);
  });

  it('is not allowed by a network where the address of the collector is not known', () => {
    const resources = {
      Collector: OPEN_COLLECTOR,
      Tasks: group([tcp(9546, { CidrIp: '10.0.0.0/8' })]),
    };
    const collector = { groups: ['Collector'], address: undefined };
    expect(firewall(resources).admits(collector, TASK, 9546)).toBe(false);
  });
});
