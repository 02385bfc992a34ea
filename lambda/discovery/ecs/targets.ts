import { labelsOf } from '../../model/samples/sample.ts';
import type { EcsDiscoveryConfig } from '../../model/settings/config.ts';
import type { Skip } from '../found/left-out.ts';
import type { FoundTarget } from '../found/target.ts';
import { type Candidate, entryName, labelName, type Wishes, wishesOf } from './candidates.ts';
import { isDaemon } from './cluster/daemon-task.ts';
import { type DescribedTask, machineOf, subjectOf } from './cluster/described-task.ts';
import { hostPort, type Network, networkOf } from './cluster/network.ts';
import type { TargetFinder, TaskTargets } from './cluster/target-finder.ts';
import { daemonDefinition } from './daemon-definition.ts';
import { metaLabels } from './meta-labels.ts';
import { taskLabels } from './task-labels.ts';

/** Finds the containers that `ecs_service_discovery` selects. */
export function containerFinder(config: EcsDiscoveryConfig): TargetFinder {
  return {
    lookups: config.lookups,
    readsDefinitions: true,
    requiresDaemon: config.requiresDaemon,
    find: (named) => {
      const { task } = named;
      const definition = isDaemon(task)
        ? daemonDefinition(task, config.dockerLabel)
        : named.definition;
      const wishes = wishesOf({ ...named, definition }, config);
      const { candidates, entries } = wishes;
      if (candidates.length === 0 && entries.length === 0) return undefined;
      return (described) => targetsOf({ ...described, definition }, wishes, config);
    },
  };
}

/** The targets of a running task's candidates, in their order, including repeated addresses. */
export function targetsOf(
  described: DescribedTask,
  { candidates, entries }: Wishes,
  config: Pick<EcsDiscoveryConfig, 'labelsCluster' | 'dockerLabel'>,
): TaskTargets {
  const { task, definition, instance } = described;
  const network = networkOf(task, definition, instance);
  const subject = subjectOf(described, described.cluster.name);
  const names = namesOf(candidates, entries, config);
  if (typeof network === 'string') {
    const detail = `network mode ${definition.networkMode || 'bridge'}`;
    return {
      found: [],
      skipped: [{ reason: network, subject: { ...subject, detail } }],
      entries: names,
    };
  }

  const found: FoundTarget[] = [];
  const skipped: Skip[] = [];
  const served = new Set<Candidate['entry']>();
  const meta = metaLabels(described, network.address);
  for (const candidate of candidates) {
    const port = portOf(candidate, network);
    if (port !== undefined) {
      served.add(candidate.entry);
      const labels = labelsOf(taskLabels(candidate, described, config), meta);
      found.push({
        address: hostPort(network.address, port),
        labels,
        taskArn: task.taskArn,
        machine: machineOf(task),
        startedAt: task.startedAt?.getTime(),
      });
    } else if (candidate.entry === undefined) {
      const { container } = candidate;
      const written = config.dockerLabel && container.dockerLabels?.[config.dockerLabel.portLabel];
      skipped.push({
        reason: Number.isNaN(candidate.port) ? 'bad_port' : 'unmapped_port',
        subject: { ...subject, container: container.name, port: written },
      });
    }
  }
  for (const entry of entries) {
    if (served.has(entry)) continue;
    const isUnnamed = candidates.every((candidate) => candidate.entry !== entry);
    const pattern = entry.containerNamePattern?.source;
    skipped.push({
      reason: 'no_port',
      subject: {
        ...subject,
        entry: entryName(entry),
        port: entry.ports.join(', '),
        detail:
          isUnnamed && pattern ? `no container has a name that matches "${pattern}"` : undefined,
      },
    });
  }
  return { found, skipped, entries: names };
}

/** The parts of the configuration that select a task. */
function namesOf(
  candidates: Wishes['candidates'],
  entries: Wishes['entries'],
  { dockerLabel }: Pick<EcsDiscoveryConfig, 'dockerLabel'>,
): readonly string[] {
  const isLabelled = candidates.some(({ entry }) => entry === undefined);
  return [
    ...entries.map(entryName),
    ...(isLabelled && dockerLabel ? [labelName(dockerLabel)] : []),
  ];
}

/**
 * As in the CloudWatch Agent, a container has the ports that it maps itself. A container that names its port by a label
 * is also found if another container maps that port, such as a sidecar that passes its endpoint on. A list of ports is
 * for many containers, each of which has some of them.
 */
function portOf({ container, port, entry }: Candidate, network: Network): number | undefined {
  const isOwn = entry === undefined;
  return network.portOf(container, port) ?? (isOwn ? network.sharedPortOf(port) : undefined);
}
