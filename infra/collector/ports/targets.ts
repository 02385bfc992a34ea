import { NetworkMode } from 'aws-cdk-lib/aws-ecs';
import { compileNamePattern } from '../../../lambda/config/values/pattern.ts';
import { SIDECAR_PORT } from '../../../lambda/model/settings/names.ts';
import type { ConfigurationFacts, JobFacts, PortsFacts } from '../../configuration/check/check.ts';
import type { KnownLabels } from '../../configuration/relabel-forecast.ts';
import { relabeledPorts } from './relabeled.ts';
import { type ContainerShape, mappedPort, type TaskShape } from './task-shape.ts';

/**
 * Stands for each port that ECS chooses on the instance: the first of them.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
export const DYNAMIC_PORT = 32_768;

/** The ports of tasks on which a configuration finds targets. */
export interface TargetPorts {
  readonly ports: readonly number[];
  /** The ports that the configuration names itself. */
  readonly named: readonly number[];
  /** Selected container ports without a mapping, which are not targets. */
  readonly unmapped: readonly number[];
  /** The reason for further ports, which are unknown at synthesis. */
  readonly unknown?: string | undefined;
}

/** A selected container port. */
interface Wanted {
  readonly container: ContainerShape;
  readonly port: number;
  /** The container names it itself, so any container of its task may map it. */
  readonly isOwn: boolean;
  /** Whether it belongs to this service, and not perhaps to another one. */
  readonly isSure: boolean;
}

/** An address of TEST-NET-1, RFC 5737, in the place of a task's. */
const SOME_ADDRESS = '192.0.2.1';

const RELABELING = 'relabeling makes the port of a target from labels that only the function knows';

/** Possible ports of targets in unknown tasks. Without facts: the port of the sidecar. */
export function portsOfTasks(facts: ConfigurationFacts | undefined): TargetPorts {
  if (facts === undefined) {
    const unknown = 'the text of the configuration is not known';
    return { ports: [SIDECAR_PORT], named: [], unmapped: [], unknown };
  }
  const asked = [...facts.servicePorts, ...facts.definitionPorts].flatMap(({ ports }) => ports);
  const named = unionOf([
    ...asked.map((port) => afterRelabeling(port, {}, jobsOf(facts, 'containers'))),
    taskPorts(facts),
  ]);
  const byLabel = facts.portLabel !== undefined;
  const found = [...(byLabel ? [SIDECAR_PORT] : []), ...named.ports];
  const ports = found.length > 0 ? found : portsOfStatics(facts).ports;
  return {
    ports: distinct(ports),
    named: named.ports,
    unmapped: [],
    unknown: named.unknown ?? unknownIn(ports, facts),
  };
}

function unknownIn(
  ports: readonly number[],
  { portLabel, sidecarsOnly }: ConfigurationFacts,
): string | undefined {
  if (ports.length === 0) return 'the configuration names none';
  return portLabel === undefined || sidecarsOnly
    ? undefined
    : `the docker label ${portLabel} of their containers names them`;
}

/** Ports of a service's targets, by its task definition. */
export function portsOfService(
  shape: TaskShape,
  facts: ConfigurationFacts | undefined,
): TargetPorts {
  if (facts === undefined) return portsOfTasks(facts);
  const found: Ports[] = [taskPorts(facts), ...staticPorts(shape, facts)];
  const unmapped: number[] = [];
  const wanted = wantedOf(shape, facts);
  for (const { container, port, isOwn, isSure } of wanted) {
    const mapped = isOwn ? sharedPort(shape, container, port) : mappedPort(container, port);
    if (mapped === undefined && isSure) unmapped.push(port);
    // The label of a container may be added before its mapping.
    if (mapped === undefined && !isOwn) continue;
    const labels = labelsOf(container, shape);
    const jobs = jobsOf(facts, 'containers');
    found.push(afterRelabeling((mapped ?? port) || DYNAMIC_PORT, labels, jobs));
  }
  const { ports, unknown } = unionOf(found);
  const isMapped = (port: number) =>
    wanted.some((each) => each.port === port && mappedPort(each.container, port) !== undefined);
  return {
    ports: distinct([...ownPorts(shape, facts), ...ports]),
    named: ports,
    unmapped: distinct(unmapped).filter((port) => !isMapped(port)),
    unknown,
  };
}

/** The port of the sidecar, which may be added later. */
function ownPorts({ networkMode }: TaskShape, { portLabel }: ConfigurationFacts): number[] {
  if (networkMode === NetworkMode.BRIDGE) return [DYNAMIC_PORT];
  return portLabel === undefined ? [] : [SIDECAR_PORT];
}

interface Ports {
  readonly ports: readonly number[];
  readonly unknown?: string | undefined;
}

function wantedOf(shape: TaskShape, facts: ConfigurationFacts): Wanted[] {
  const { serviceName, definitionArn, containers } = shape;
  const isKnown = serviceName !== undefined;
  // A name that the deployment generates may be any name.
  const ofService = facts.servicePorts.filter(
    ({ subject }) => !isKnown || compileNamePattern(subject).test(serviceName),
  );
  const ofDefinition = facts.definitionPorts.filter(({ subject }) =>
    compileNamePattern(subject).test(definitionArn),
  );
  return containers.flatMap((container) => [
    ...portsIn(container, ofService).map((port) => ({
      container,
      port,
      isOwn: false,
      isSure: isKnown,
    })),
    ...portsIn(container, ofDefinition).map((port) => ({
      container,
      port,
      isOwn: false,
      isSure: true,
    })),
    ...labelledPorts(container, facts).map((port) => ({
      container,
      port,
      isOwn: true,
      isSure: true,
    })),
  ]);
}

function portsIn(container: ContainerShape, modes: readonly PortsFacts[]): number[] {
  return modes.filter((mode) => isOfMode(container, mode)).flatMap(({ ports }) => ports);
}

function isOfMode({ name }: ContainerShape, { container }: PortsFacts): boolean {
  return container === undefined || compileNamePattern(container).test(name);
}

/** A label that is not a port number makes no target. */
function labelledPorts({ labels }: ContainerShape, { portLabel }: ConfigurationFacts): number[] {
  const port = portLabel === undefined ? undefined : labels[portLabel];
  return /^\d+$/.test(port ?? '') ? [Number(port)] : [];
}

/** In network mode "bridge" each container has ports of its own. */
function sharedPort(
  { networkMode, containers }: TaskShape,
  container: ContainerShape,
  port: number,
): number | undefined {
  const others = networkMode === NetworkMode.BRIDGE ? [] : containers;
  return [container, ...others]
    .map((each) => mappedPort(each, port))
    .find((mapped) => mapped !== undefined);
}

/** The labels that relabeling can read. */
function labelsOf({ name, labels }: ContainerShape, shape: TaskShape): KnownLabels {
  const { family, serviceName, networkMode } = shape;
  return {
    container_name: name,
    TaskDefinitionFamily: family,
    ...(serviceName !== undefined && { ServiceName: serviceName }),
    ...labels,
    __meta_ecs_ip_address: SOME_ADDRESS,
    __meta_ecs_network_mode: networkMode,
  };
}

function jobsOf(facts: ConfigurationFacts, by: JobFacts['finds'][number]): readonly JobFacts[] {
  return facts.jobs.filter(({ finds }) => finds.includes(by));
}

/** `aws_sd_configs`: each task is a target, whatever its containers map. */
function taskPorts(facts: ConfigurationFacts): Ports {
  return unionOf(
    jobsOf(facts, 'tasks').flatMap((job) =>
      job.taskPorts.map((port) =>
        afterRelabeling(port, { __meta_ecs_ip_address: SOME_ADDRESS }, [job]),
      ),
    ),
  );
}

/** A static target of a job may be a service by its name: a port that one of its containers maps counts as that. */
function staticPorts(shape: TaskShape, facts: ConfigurationFacts): Ports[] {
  const mapped = (port: number) =>
    shape.containers.some((container) => mappedPort(container, port) === port);
  return [{ ports: portsOfStatics(facts).ports.filter(mapped) }];
}

/** The ports of static targets. */
export function portsOfStatics(facts: ConfigurationFacts): Ports {
  return unionOf(
    facts.jobs.flatMap((job) =>
      job.statics.map(({ address, labels }) => resultOf(relabeledPorts(address, labels, job))),
    ),
  );
}

function afterRelabeling(port: number, labels: KnownLabels, jobs: readonly JobFacts[]): Ports {
  const address = `${SOME_ADDRESS}:${port}`;
  return unionOf(jobs.map((job) => resultOf(relabeledPorts(address, labels, job))));
}

function resultOf(ports: readonly number[] | undefined): Ports {
  return ports === undefined ? { ports: [], unknown: RELABELING } : { ports };
}

function unionOf(all: readonly Ports[]): Ports {
  return {
    ports: distinct(all.flatMap(({ ports }) => ports)),
    unknown: all.find(({ unknown }) => unknown !== undefined)?.unknown,
  };
}

function distinct(ports: readonly number[]): number[] {
  return [...new Set(ports)];
}
