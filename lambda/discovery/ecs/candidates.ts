import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type {
  DockerLabelMode,
  EcsDiscoveryConfig,
  PortsMode,
  ServiceMode,
  TaskDefinitionMode,
} from '../../model/settings/config.ts';
import type { NamedTask } from './cluster/described-task.ts';

/** The beginning of the name of the docker label mode. */
export const DOCKER_LABEL = 'docker_label';

/** A container's port that a mode of discovery selects. */
export interface Candidate {
  readonly container: ContainerDefinition;
  /** NaN if the label is not a port. */
  readonly port: number;
  /** The mode whose list has the port. Absent: the container itself names the port, so it must map it. */
  readonly entry?: PortsMode | undefined;
  readonly metricsPath?: string | undefined;
  readonly jobName?: string | undefined;
}

type Modes = Pick<EcsDiscoveryConfig, 'services' | 'dockerLabel' | 'taskDefinitions'>;

/** The candidates of a task. */
export interface Wishes {
  /** Container by container, in the order of precedence of the CloudWatch Agent. */
  readonly candidates: readonly Candidate[];
  /** The entries whose pattern matches the task, even if none of its containers has a port for them. */
  readonly entries: readonly (ServiceMode | TaskDefinitionMode)[];
}

export function wishesOf({ task, definition, serviceName }: NamedTask, modes: Modes): Wishes {
  const { services, taskDefinitions } = modes;
  const byService = services.filter(({ namePattern }) =>
    serviceName === undefined ? false : namePattern.test(serviceName),
  );
  const byDefinition = taskDefinitions.filter(({ arnPattern }) =>
    arnPattern.test(task.taskDefinitionArn ?? ''),
  );
  const candidates = (definition.containerDefinitions ?? []).flatMap((container) => [
    ...byPorts(container, byService),
    ...byDockerLabel(container, modes),
    ...byPorts(container, byDefinition),
  ]);
  return { candidates, entries: [...byService, ...byDefinition] };
}

/** Names of all parts of `ecs_service_discovery` that can find targets, as messages show them. */
export function entryNames({ services, dockerLabel, taskDefinitions }: Modes): readonly string[] {
  return [
    ...services.map(entryName),
    ...(dockerLabel ? [labelName(dockerLabel)] : []),
    ...taskDefinitions.map(entryName),
  ];
}

export function entryName(entry: ServiceMode | TaskDefinitionMode): string {
  return 'namePattern' in entry
    ? `service_name_list_for_tasks "${entry.namePattern.source}"`
    : `task_definition_list "${entry.arnPattern.source}"`;
}

export function labelName({ portLabel }: DockerLabelMode): string {
  return `${DOCKER_LABEL} ${portLabel}`;
}

function byPorts(container: ContainerDefinition, entries: readonly PortsMode[]): Candidate[] {
  return entries
    .filter(({ containerNamePattern }) => containerNamePattern?.test(container.name ?? '') ?? true)
    .flatMap((entry) => {
      const { ports, metricsPath, jobName } = entry;
      return ports.map((port) => ({ container, port, entry, metricsPath, jobName }));
    });
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
      metricsPath: labels[names.metricsPathLabel],
      jobName: labels[names.jobNameLabel],
    },
  ];
}
