import type { ContainerDefinition, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import type { SkipReason } from './found-target.ts';

/** How the containers of a task are reached. */
export interface Network {
  /** An IPv4 address, or an IPv6 address in brackets. */
  readonly host: string;
  /** The port of the host that leads to a port of a container; undefined where no port mapping has it. */
  portOf(container: ContainerDefinition, containerPort: number): number | undefined;
}

/** The network of a task, or why it cannot be reached. */
export function networkOf(task: Task, { networkMode }: TaskDefinition): Network | SkipReason {
  switch (networkMode) {
    case 'awsvpc': {
      const host = interfaceAddress(task);
      return host === undefined ? 'no_address' : { host, portOf: mappedPort };
    }
    default:
      return 'network_mode';
  }
}

/** The attachment has the IPv4 address; an IPv6 address stands only with the containers. */
function interfaceAddress({ attachments = [], containers = [] }: Task): string | undefined {
  const details = attachments
    .filter(({ type }) => type === 'ElasticNetworkInterface')
    .flatMap((attachment) => attachment.details ?? []);
  const ofAttachment = details.find(({ name, value }) => name === 'privateIPv4Address' && value);
  if (ofAttachment?.value) return ofAttachment.value;
  const interfaces = containers.flatMap(({ networkInterfaces = [] }) => networkInterfaces);
  const ipv4 = interfaces.find(({ privateIpv4Address }) => privateIpv4Address);
  if (ipv4?.privateIpv4Address) return ipv4.privateIpv4Address;
  const ipv6 = interfaces.find(({ ipv6Address }) => ipv6Address);
  return ipv6?.ipv6Address && `[${ipv6.ipv6Address}]`;
}

/** The last mapping of the port, as in the CloudWatch Agent. With awsvpc the host port may be blank: it is the same. */
function mappedPort({ portMappings = [] }: ContainerDefinition, port: number): number | undefined {
  const mapping = portMappings.findLast(
    ({ containerPort, containerPortRange }) =>
      containerPort === port || isInRange(port, containerPortRange),
  );
  if (mapping === undefined) return undefined;
  return (mapping.hostPort ?? port) || undefined;
}

/** `range` is written `first-last`. */
function isInRange(port: number, range: string | undefined): boolean {
  const [first = Number.NaN, last = Number.NaN] = range?.split('-').map(Number) ?? [];
  return port >= first && port <= last;
}
