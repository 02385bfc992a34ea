import { Port } from 'aws-cdk-lib/aws-ec2';
import {
  type BaseService,
  ContainerDefinition,
  NetworkMode,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { SIDECAR_PORT } from '../lambda/model/names.ts';

/**
 * Where containers in network mode "bridge" listen on their instance.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
const EPHEMERAL_PORTS = Port.tcpRange(32_768, 65_535);

/** How the targets of a service are reached: the sidecar, and what its containers declare by the docker label of the port. */
export function targetPorts(service: BaseService, portLabel: string | undefined): Port[] {
  if (service.taskDefinition.networkMode === NetworkMode.BRIDGE) return [EPHEMERAL_PORTS];
  const labelled = portLabel === undefined ? [] : labelledPorts(service, portLabel);
  return [...new Set([SIDECAR_PORT, ...labelled])].map((port) => Port.tcp(port));
}

/** The ports that the containers of a service declare by a docker label: where the collector finds their metrics. */
function labelledPorts(service: BaseService, portLabel: string): number[] {
  const ports = containersOf(service.taskDefinition).map(
    (container) => labelsOf(container)[portLabel],
  );
  // What cannot be a port is no target either.
  return [...new Set(ports.filter((port) => /^\d+$/.test(port ?? '')).map(Number))];
}

function containersOf({ node }: TaskDefinition): ContainerDefinition[] {
  return node.children.filter((child) => child instanceof ContainerDefinition);
}

/** The library shows the labels of a container only in what CloudFormation gets. */
function labelsOf(container: ContainerDefinition): Record<string, string> {
  const { dockerLabels } = container.renderContainerDefinition();
  return (dockerLabels ?? {}) as Record<string, string>;
}
