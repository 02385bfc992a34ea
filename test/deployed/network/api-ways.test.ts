import { expect, it } from '@jest/globals';
import { TemplateValues } from '../../infra/iam/evaluation/template-values.ts';
import type { DeployedFunction } from '../deployed-function.ts';
import { missingWays } from './api-ways.ts';
import { Firewall } from './firewall.ts';

const AT = { account: '111122223333', region: 'eu-west-1' };
const FUNCTION = {
  name: 'collector',
  subnets: ['Subnet'],
  party: { groups: ['Group'], address: '10.0.1.0' },
} as unknown as DeployedFunction;
const ASKED = [
  { action: 's3:GetObject', resource: '*', context: {}, account: AT.account },
  { action: 'aps:RemoteWrite', resource: '*', context: {}, account: AT.account },
];

const resource = (type: string, properties: object) => ({
  Type: `AWS::EC2::${type}`,
  Properties: properties as Readonly<Record<string, unknown>>,
});
const group = (rules: readonly object[], ingress: readonly object[] = []) =>
  resource('SecurityGroup', { SecurityGroupEgress: rules, SecurityGroupIngress: ingress });

const HTTPS = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
const OUT = { ...HTTPS, CidrIp: '0.0.0.0/0' };
const NOT_OUT = { IpProtocol: 'icmp', CidrIp: '255.255.255.255/32' };
const ISOLATED = {
  Subnet: resource('Subnet', { CidrBlock: '10.0.1.0/24' }),
  Association: resource('SubnetRouteTableAssociation', { SubnetId: 'Subnet', RouteTableId: 'T' }),
};
const NAT = resource('Route', { RouteTableId: 'T', NatGatewayId: 'N' });
const S3 = (table: string) =>
  resource('VPCEndpoint', { ServiceName: 'com.amazonaws.eu-west-1.s3', RouteTableIds: [table] });
const WORKSPACES = resource('VPCEndpoint', {
  ServiceName: 'com.amazonaws.eu-west-1.aps-workspaces',
  VpcEndpointType: 'Interface',
  SecurityGroupIds: ['Endpoint'],
  SubnetIds: ['Subnet'],
});
const LETS_IN = group([], [{ ...HTTPS, CidrIp: '10.0.0.0/16' }]);

it.each<[string, readonly string[], Readonly<Record<string, ReturnType<typeof resource>>>]>([
  ['subnets that exist', [], { Group: group([OUT]) }],
  [
    'subnets that exist, and a group that is closed',
    ['s3', 'aps-workspaces'],
    { Group: group([NOT_OUT]) },
  ],
  ['a NAT gateway', [], { Group: group([OUT]), ...ISOLATED, Nat: NAT }],
  ['an isolated subnet', ['s3', 'aps-workspaces'], { Group: group([OUT]), ...ISOLATED }],
  [
    'endpoints',
    [],
    { Group: group([OUT]), ...ISOLATED, S3: S3('T'), Workspaces: WORKSPACES, Endpoint: LETS_IN },
  ],
  [
    'endpoints of which one is of another route table and one lets nobody in',
    ['s3', 'aps-workspaces'],
    { Group: group([OUT]), ...ISOLATED, S3: S3('U'), Workspaces: WORKSPACES, Endpoint: group([]) },
  ],
])('with %s there is no way to: %j', (_, services, resources) => {
  const stack = { name: 'Stack', at: AT, values: new TemplateValues({ Resources: resources }, AT) };
  expect(missingWays([FUNCTION], [stack], new Firewall([stack]), ASKED)).toEqual(
    services.map((service) => `collector in Subnet: no way to ${service}`),
  );
});
