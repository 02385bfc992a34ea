import type { ContainerDefinition, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import type { EcsDiscoveryConfig } from '../model/config.ts';
import { type Labels, labelsOf } from '../model/sample.ts';
import { type FoundTarget, filled, METRICS_PATH, type SkipReason } from './found-target.ts';
import { networkOf } from './network.ts';

/** Docker labels with other names are not copied. */
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** What one task has to offer. */
export interface TaskTargets {
  readonly found: readonly FoundTarget[];
  readonly skipped: readonly SkipReason[];
}

/** A container's port that a mode of discovery asks for. */
interface Candidate {
  readonly container: ContainerDefinition;
  /** NaN where the label is not a port. */
  readonly port: number;
  /** Whether the container itself names the port, so that it must have it. */
  readonly isOwn: boolean;
  readonly metricsPath?: string | undefined;
  readonly jobName?: string | undefined;
}

/** The targets of a task, with repeated addresses; container by container, in the order of the modes. */
export function targetsOf(
  task: Task,
  definition: TaskDefinition | undefined,
  config: EcsDiscoveryConfig,
): TaskTargets {
  if (task.lastStatus !== 'RUNNING') return skippedFor('not_running');
  if (definition === undefined) return skippedFor('no_definition');
  const containers = definition.containerDefinitions ?? [];
  const candidates = containers.flatMap((container) => [
    ...byDockerLabel(container, config),
    ...byTaskDefinition(container, task, config),
  ]);
  if (candidates.length === 0) return { found: [], skipped: [] };
  const network = networkOf(task, definition);
  if (typeof network === 'string') return skippedFor(network);

  const found: FoundTarget[] = [];
  const skipped: SkipReason[] = [];
  for (const candidate of candidates) {
    const port = network.portOf(candidate.container, candidate.port);
    if (port !== undefined) {
      const labels = labelsFor(candidate, task, definition);
      found.push({ address: `${network.host}:${port}`, labels });
    } else if (candidate.isOwn) {
      skipped.push(Number.isNaN(candidate.port) ? 'bad_port' : 'unmapped_port');
    }
  }
  return { found, skipped };
}

function skippedFor(reason: SkipReason): TaskTargets {
  return { found: [], skipped: [reason] };
}

function byDockerLabel(
  container: ContainerDefinition,
  { dockerLabel: names }: EcsDiscoveryConfig,
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

function byTaskDefinition(
  container: ContainerDefinition,
  { taskDefinitionArn = '' }: Task,
  { taskDefinitions }: EcsDiscoveryConfig,
): Candidate[] {
  return taskDefinitions
    .filter(({ arnPattern }) => arnPattern.test(taskDefinitionArn))
    .filter(({ containerNamePattern }) => containerNamePattern?.test(container.name ?? '') ?? true)
    .flatMap(({ ports, metricsPath, jobName }) =>
      ports.map((port) => ({ container, port, isOwn: false, metricsPath, jobName })),
    );
}

/** A docker label overrides what is known of the task, and a job name that was asked for overrides both. */
function labelsFor(
  { container, metricsPath, jobName }: Candidate,
  task: Task,
  definition: TaskDefinition,
): Labels {
  const { name, dockerLabels = {} } = container;
  const arn = (task.taskArn ?? '').split('/');
  const ofTask = {
    container_name: name,
    TaskDefinitionFamily: definition.family,
    TaskRevision: definition.revision?.toString(),
    TaskGroup: task.group,
    StartedBy: task.startedBy,
    LaunchType: task.launchType,
    TaskId: arn.at(-1),
    // Only the long format names the cluster: `task/CLUSTER/ID`.
    TaskClusterName: arn.length > 2 ? arn[1] : undefined,
    ServiceName: /^service:(.*)$/.exec(task.group ?? '')?.[1],
    [METRICS_PATH]: metricsPath,
  };
  const copied = Object.entries(dockerLabels).filter(([key]) => LABEL_NAME.test(key));
  return labelsOf(filled(ofTask), filled(Object.fromEntries(copied)), filled({ job: jobName }));
}
