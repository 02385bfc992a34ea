import { type BaseService, ContainerDefinition, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';

/** The ports that the containers of a service declare by a docker label: where the collector finds their metrics. */
export function labelledPorts(service: BaseService, portLabel: string): number[] {
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
