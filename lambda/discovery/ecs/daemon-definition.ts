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
 * What stands for the definition of a Managed Daemon's task. Theirs have neither docker labels nor port mappings, and need
 * another permission to be read. So tags of the task, propagated from the daemon, say what docker labels say elsewhere. The
 * port is that of the tag, else the sidecar's where a container is called like it. It is one of the instance.
 *
 * @param names of the labels
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
