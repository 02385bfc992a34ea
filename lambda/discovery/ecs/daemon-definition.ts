import type { ContainerDefinition, Tag, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import type { DockerLabelMode } from '../../model/settings/config.ts';
import {
  JOB_NAME_LABEL,
  METRICS_PATH_LABEL,
  PORT_LABEL,
  SIDECAR_CONTAINER,
  SIDECAR_PORT,
} from '../../model/settings/names.ts';
import { nameIn } from './cluster/described-task.ts';

const DEFAULT_LABELS: DockerLabelMode = {
  portLabel: PORT_LABEL,
  metricsPathLabel: METRICS_PATH_LABEL,
  jobNameLabel: JOB_NAME_LABEL,
};

/**
 * Replaces the definition of a Managed Daemon's task, which has neither docker labels nor port mappings, and needs
 * another permission to be read. Tags of the task, propagated from the daemon, replace the docker labels. The port is
 * that of the tag, else the sidecar's if a container has the sidecar's name. It is a port of the instance.
 *
 * @param names names of the labels
 */
export function daemonDefinition(
  { taskDefinitionArn, containers = [], tags = [] }: Task,
  names: DockerLabelMode = DEFAULT_LABELS,
): TaskDefinition {
  const [family, revision] = nameIn(taskDefinitionArn)?.split(':') ?? [];
  const sidecar = containers.find(({ name }) => name === SIDECAR_CONTAINER);
  const { name } = sidecar ?? containers[0] ?? {};
  const dockerLabels = labelsIn(tags, Object.values(names));
  const port = Number(dockerLabels[names.portLabel] ?? (sidecar && SIDECAR_PORT));
  const container: ContainerDefinition = {
    name,
    dockerLabels,
    portMappings: Number.isInteger(port) ? [{ containerPort: port }] : [],
  };
  return {
    family,
    revision: revision === undefined ? undefined : Number(revision),
    networkMode: 'host',
    containerDefinitions: [container],
  };
}

function labelsIn(tags: readonly Tag[], names: readonly string[]): Record<string, string> {
  const entries = tags.flatMap(({ key = '', value = '' }) =>
    names.includes(key) ? [[key, value] as const] : [],
  );
  return Object.fromEntries(entries);
}
