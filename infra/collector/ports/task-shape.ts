import {
  type BaseService,
  CfnService,
  type CfnTaskDefinition,
  ContainerDefinition,
  type NetworkMode,
  type PortMapping,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { Stack, Token } from 'aws-cdk-lib/core';

/** The known facts about the tasks of a service at synthesis. */
export interface TaskShape {
  /** Absent if the deployment generates it. */
  readonly serviceName?: string | undefined;
  readonly family: string;
  /** With placeholders for values of the deployment; its revision is 1. */
  readonly definitionArn: string;
  readonly networkMode: NetworkMode;
  readonly containers: readonly ContainerShape[];
}

export interface ContainerShape {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly mappings: readonly PortMapping[];
  readonly variables: Readonly<Record<string, string>>;
}

/** The Region in AWS's documentation. */
const SOME_REGION = 'us-east-1';
const SOME_ACCOUNT = '123456789012';

/** The current shape: containers, labels and mappings may still be added. */
export function shapeOf(service: BaseService): TaskShape {
  const { taskDefinition } = service;
  const { family } = taskDefinition;
  const { region, account } = Stack.of(taskDefinition);
  const place = `${known(region) ?? SOME_REGION}:${known(account) ?? SOME_ACCOUNT}`;
  return {
    serviceName: nameOf(service),
    family,
    definitionArn: `arn:aws:ecs:${place}:task-definition/${family}:1`,
    networkMode: taskDefinition.networkMode,
    containers: containersOf(taskDefinition).map((container) => ({
      name: container.containerName,
      mappings: container.portMappings,
      ...renderedOf(container),
    })),
  };
}

/** The port of the network for a container's port, 0 if ECS chooses it; undefined without one. */
export function mappedPort({ mappings }: ContainerShape, port: number): number | undefined {
  const mapping = mappings.findLast((each) => leadsTo(each, port));
  return mapping && (mapping.hostPort ?? port);
}

function leadsTo({ containerPort, containerPortRange }: PortMapping, port: number): boolean {
  if (containerPortRange === undefined) return containerPort === port;
  const [first = Number.NaN, last = Number.NaN] = containerPortRange.split('-').map(Number);
  return first <= port && port <= last;
}

/** The attribute is always a token, the property only sometimes. */
function nameOf({ node }: BaseService): string | undefined {
  const resource = node.tryFindChild('Service');
  return resource instanceof CfnService ? known(resource.serviceName) : undefined;
}

function containersOf({ node }: TaskDefinition): ContainerDefinition[] {
  return node.children.filter((child) => child instanceof ContainerDefinition);
}

/** The parts that the library shows only in the rendered template. */
function renderedOf(container: ContainerDefinition): Pick<ContainerShape, 'labels' | 'variables'> {
  const { dockerLabels, environment } = container.renderContainerDefinition();
  const variables = (environment ?? []) as readonly CfnTaskDefinition.KeyValuePairProperty[];
  return {
    labels: (dockerLabels ?? {}) as Record<string, string>,
    variables: Object.fromEntries(variables.map(({ name = '', value = '' }) => [name, value])),
  };
}

function known(text: string | undefined): string | undefined {
  return Token.isUnresolved(text) ? undefined : text;
}
