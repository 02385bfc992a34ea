import type { SignedRequest } from '../../infra/iam/evaluation/gate.ts';
import type { DeployedStack } from '../assembly.ts';
import type { DeployedFunction } from '../deployed-function.ts';
import { addressIn } from '../planned-task.ts';
import type { Firewall, Party } from './firewall.ts';

interface EndpointProperties {
  readonly ServiceName: string;
  readonly VpcEndpointType?: 'Gateway' | 'Interface';
  readonly RouteTableIds?: readonly string[];
  readonly SecurityGroupIds?: readonly string[];
  readonly SubnetIds?: readonly string[];
}

const HTTPS = 443;

/** Some address of AWS. */
const PUBLIC: Party = { groups: [], address: '52.94.5.1' };

/** Services whose endpoints are not called as their actions are. */
const ENDPOINTS: Readonly<Record<string, string>> = {
  aps: 'aps-workspaces',
  cloudwatch: 'monitoring',
};

/**
 * The APIs that were called and that a function in a VPC does not reach from each of its subnets: by a NAT gateway, or by an endpoint,
 * through the rules of security groups. Subnets that exist already are taken for ones with a NAT gateway.
 */
export function missingWays(
  functions: readonly DeployedFunction[],
  stacks: readonly DeployedStack[],
  firewall: Firewall,
  asked: readonly SignedRequest[],
): string[] {
  const services = new Set(asked.map(({ action }) => action.slice(0, action.indexOf(':'))));
  return functions.flatMap(({ name, party, subnets }) =>
    subnets.flatMap((subnet) =>
      [...services]
        .map((service) => ENDPOINTS[service] ?? service)
        .filter((service) => !hasWay(service, subnet, party, stacks, firewall))
        .map((service) => `${name} in ${subnet}: no way to ${service}`),
    ),
  );
}

function hasWay(
  service: string,
  subnet: string,
  party: Party,
  stacks: readonly DeployedStack[],
  firewall: Firewall,
): boolean {
  const leaves = firewall.letsOut(party, PUBLIC, HTTPS);
  const routes = stacks.map((stack) => routesOf(stack, subnet)).find((each) => each !== undefined);
  if (routes === undefined || routes.hasNat) return leaves;
  return stacks.some(({ values }) =>
    values.idsOf('AWS::EC2::VPCEndpoint').some((id) => {
      const { ServiceName, VpcEndpointType, RouteTableIds, SecurityGroupIds, SubnetIds } =
        values.properties(id) as unknown as EndpointProperties;
      if (!ServiceName.endsWith(`.${service}`)) return false;
      if (VpcEndpointType !== 'Interface') {
        return leaves && (RouteTableIds ?? []).includes(routes.table);
      }
      const endpoint = {
        groups: SecurityGroupIds ?? [],
        address: addressIn(values, SubnetIds ?? []),
      };
      return firewall.admits(party, endpoint, HTTPS);
    }),
  );
}

/** The route table of a subnet, and whether it leads to a NAT gateway; undefined for a subnet of no template. */
function routesOf({ values }: DeployedStack, subnet: string) {
  const table = values
    .idsOf('AWS::EC2::SubnetRouteTableAssociation')
    .map((id) => values.properties(id))
    .find(({ SubnetId }) => SubnetId === subnet)?.RouteTableId;
  if (table === undefined) return undefined;
  const hasNat = values
    .idsOf('AWS::EC2::Route')
    .map((id) => values.properties(id))
    .some(({ RouteTableId, NatGatewayId }) => RouteTableId === table && NatGatewayId !== undefined);
  return { table: String(table), hasNat };
}
