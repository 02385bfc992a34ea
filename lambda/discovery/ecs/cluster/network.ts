import type {
  Container,
  ContainerDefinition,
  NetworkBinding,
  PortMapping,
  Task,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { SkipReason } from '../../../model/targets/left-out.ts';
import type { Instance } from './described-task.ts';

/** Type of the attachment that is a network interface. */
const INTERFACE = 'ElasticNetworkInterface';

/** The addresses and ports of a task's containers. */
export interface Network {
  readonly address: string;
  /** The port of the address that leads to a container's own mapped port; undefined if it maps no such port. */
  portOf(container: ContainerDefinition, containerPort: number): number | undefined;
  /** The same if another container maps the port and the containers share their ports: with awsvpc and host. */
  sharedPortOf(containerPort: number): number | undefined;
}

/** The network of a task, or the reason why it cannot be reached. */
export function networkOf(
  task: Task,
  { networkMode, containerDefinitions = [] }: TaskDefinition,
  instance: Instance | undefined,
): Network | SkipReason {
  switch (networkMode || 'bridge') {
    case 'awsvpc':
      return reached(interfaceAddress(task) ?? instance?.address, portsOf(containerDefinitions));
    case 'host':
      return reached(instance?.address, portsOf(containerDefinitions));
    case 'bridge': {
      const containers = new Map(task.containers?.map((container) => [container.name, container]));
      return reached(instance?.address, {
        portOf: ({ name }, port) => boundPort(containers.get(name), port),
        sharedPortOf: () => undefined,
      });
    }
    default:
      return 'network_mode';
  }
}

/** Whether a task has a network interface of its own, as with awsvpc. */
export function hasInterface({ attachments = [] }: Task): boolean {
  return attachments.some(({ type }) => type === INTERFACE);
}

/** A detail of the attached network interface, such as `networkInterfaceId` and `subnetId`. */
export function interfaceDetail({ attachments = [] }: Task, name: string): string | undefined {
  return attachments
    .filter(({ type }) => type === INTERFACE)
    .flatMap(({ details = [] }) => details)
    .find((detail) => detail.name === name && detail.value)?.value;
}

/** `address:port`, with an IPv6 address in brackets. */
export function hostPort(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function reached(
  address: string | undefined,
  ports: Omit<Network, 'address'>,
): Network | SkipReason {
  return address === undefined ? 'no_address' : { address, ...ports };
}

/** The ports of containers that share one network. */
function portsOf(containers: readonly ContainerDefinition[]): Omit<Network, 'address'> {
  return {
    portOf: mappedPort,
    sharedPortOf: (port) =>
      containers
        .map((container) => mappedPort(container, port))
        .find((mapped) => mapped !== undefined),
  };
}

/** The attachment has the IPv4 address; only the containers have an IPv6 address. */
function interfaceAddress(task: Task): string | undefined {
  const ofAttachment = interfaceDetail(task, 'privateIPv4Address');
  if (ofAttachment !== undefined) return ofAttachment;
  const interfaces = (task.containers ?? []).flatMap(
    ({ networkInterfaces = [] }) => networkInterfaces,
  );
  const ipv4 = interfaces.find(({ privateIpv4Address }) => privateIpv4Address);
  const ipv6 = interfaces.find(({ ipv6Address }) => ipv6Address);
  return ipv4?.privateIpv4Address ?? ipv6?.ipv6Address;
}

/**
 * The last mapping of the port, as in the CloudWatch Agent. With awsvpc and host the host port may be blank, which
 * means the same port.
 */
function mappedPort({ portMappings = [] }: ContainerDefinition, port: number): number | undefined {
  const mapping = portMappings.findLast((candidate) => leadsTo(candidate, port));
  if (mapping === undefined) return undefined;
  return (mapping.hostPort ?? port) || undefined;
}

/** The last binding of the port: ECS chooses the ports of the instance when it starts the container. */
function boundPort(container: Container | undefined, port: number): number | undefined {
  const binding = container?.networkBindings?.findLast((candidate) => leadsTo(candidate, port));
  const [first] = rangeOf(binding?.containerPortRange);
  const [firstOfHost] = rangeOf(binding?.hostPortRange);
  const bound = binding?.hostPort ?? firstOfHost + port - first;
  return bound > 0 ? bound : undefined;
}

function leadsTo(
  { containerPort, containerPortRange }: PortMapping | NetworkBinding,
  port: number,
): boolean {
  const [first, last] = rangeOf(containerPortRange);
  return containerPort === port || (port >= first && port <= last);
}

/** A range is written `first-last`. */
function rangeOf(range: string | undefined): [first: number, last: number] {
  const [first = Number.NaN, last = Number.NaN] = range?.split('-').map(Number) ?? [];
  return [first, last];
}
