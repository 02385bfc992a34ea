import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { EcsDiscoveryConfig, PortsMode } from '../model/config.ts';
import type { NamedTask } from './described-task.ts';

/** A container's port that a mode of discovery asks for. */
export interface Candidate {
  readonly container: ContainerDefinition;
  /** NaN where the label is not a port. */
  readonly port: number;
  /** Whether the container itself names the port, so that it must have it. */
  readonly isOwn: boolean;
  readonly metricsPath?: string | undefined;
  readonly jobName?: string | undefined;
}

type Modes = Pick<EcsDiscoveryConfig, 'services' | 'dockerLabel' | 'taskDefinitions'>;

/** What the modes ask for of a task, container by container, in the order of precedence of the CloudWatch Agent. */
export function candidatesOf(
  { task, definition, serviceName }: NamedTask,
  modes: Modes,
): Candidate[] {
  const { services, taskDefinitions } = modes;
  const byService = services.filter(({ namePattern }) =>
    serviceName === undefined ? false : namePattern.test(serviceName),
  );
  const byDefinition = taskDefinitions.filter(({ arnPattern }) =>
    arnPattern.test(task.taskDefinitionArn ?? ''),
  );
  return (definition.containerDefinitions ?? []).flatMap((container) => [
    ...byPorts(container, byService),
    ...byDockerLabel(container, modes),
    ...byPorts(container, byDefinition),
  ]);
}

function byPorts(container: ContainerDefinition, entries: readonly PortsMode[]): Candidate[] {
  return entries
    .filter(({ containerNamePattern }) => containerNamePattern?.test(container.name ?? '') ?? true)
    .flatMap(({ ports, metricsPath, jobName }) =>
      ports.map((port) => ({ container, port, isOwn: false, metricsPath, jobName })),
    );
}

function byDockerLabel(
  container: ContainerDefinition,
  { dockerLabel: names }: Pick<Modes, 'dockerLabel'>,
): Candidate[] {
  const labels = container.dockerLabels ?? {};
  const port = names && labels[names.portLabel];
  if (names === undefined || port === undefined) return [];
  return [
    {
      container,
      port: /^\d+$/.test(port) ? Number(port) : Number.NaN,
      isOwn: true,
      metricsPath: labels[names.metricsPathLabel],
      jobName: labels[names.jobNameLabel],
    },
  ];
}
