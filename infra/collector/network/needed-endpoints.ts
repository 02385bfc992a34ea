import { CfnVPCEndpoint, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Stack } from 'aws-cdk-lib/core';
import type { ConfigurationFacts } from '../../configuration/check/check.ts';
import type { ConfigurationNeeds } from '../../configuration/needs.ts';
import { ApiEndpoint } from './api-endpoint.ts';

/** The APIs that a configuration needs. Without facts: those of the built-in one. */
export function neededEndpoints(
  facts: ConfigurationFacts | undefined,
  needs: ConfigurationNeeds,
): readonly ApiEndpoint[] {
  const { clusters = [], foreignClusters = [], logWriters = [null] } = facts ?? {};
  const findsTasks = facts === undefined || clusters.length + foreignClusters.length > 0;
  const writesMetrics =
    needs.putsMetrics ||
    needs.storesMetrics ||
    (facts?.storesMetrics ?? false) ||
    (facts?.cloudWatchOtlp ?? []).length > 0;
  const called: readonly (readonly [ApiEndpoint, boolean])[] = [
    [ApiEndpoint.ECS, findsTasks],
    [ApiEndpoint.LOGS, logWriters.length > 0],
    [ApiEndpoint.S3, true],
    [ApiEndpoint.APS, needs.writesToWorkspaces],
    [ApiEndpoint.MONITORING, writesMetrics],
    [ApiEndpoint.STS, needs.roles.length > 0],
    [ApiEndpoint.EC2, needs.publicIps],
    [ApiEndpoint.SECRETS_MANAGER, needs.secrets.length > 0],
    [ApiEndpoint.SSM, needs.parameters.length > 0],
  ];
  return called.filter(([, isCalled]) => isCalled).map(([endpoint]) => endpoint);
}

/** Those of the endpoints that a VPC of the app does not have yet. */
export function withoutEndpoint(
  vpc: IVpc,
  endpoints: readonly ApiEndpoint[],
): readonly ApiEndpoint[] {
  const names = endpointsOf(vpc).map((each) =>
    JSON.stringify(Stack.of(each).resolve(each.serviceName)),
  );
  // The name of the service is the end of a text, or of the last text of a join.
  return endpoints.filter(({ service }) => !names.some((name) => name.includes(`.${service}"`)));
}

/** Whether the app makes endpoints in a VPC. */
export function hasEndpoints(vpc: IVpc): boolean {
  return endpointsOf(vpc).length > 0;
}

function endpointsOf({ node }: IVpc): CfnVPCEndpoint[] {
  return node.findAll().filter((each) => each instanceof CfnVPCEndpoint);
}
