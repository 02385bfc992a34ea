import { type Labels, labelsOf } from '../../model/samples/sample.ts';
import type { EcsDiscoveryConfig } from '../../model/settings/config.ts';
import type { Skip } from '../found/left-out.ts';
import { type FoundTarget, filled, META, METRICS_PATH } from '../found/target.ts';
import { type Candidate, entryName, labelName, type Wishes, wishesOf } from './candidates.ts';
import { arnParts, type DescribedTask, subjectOf } from './cluster/described-task.ts';
import { hostPort, type Network, networkOf } from './cluster/network.ts';
import type { TargetFinder, TaskTargets } from './cluster/target-finder.ts';
import { metaLabels } from './meta-labels.ts';

/** Other docker labels are not copied. */
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Labels that no container may set: its address, which ECS knows, and the metadata for relabeling. */
const NOT_COPIED = new RegExp(`^(?:__address__$|${META})`);

/** Finds the containers that `ecs_service_discovery` selects. */
export function containerFinder(config: EcsDiscoveryConfig): TargetFinder {
  return {
    lookups: config.lookups,
    readsDefinitions: true,
    find: (named) => {
      const wishes = wishesOf(named, config);
      const { candidates, entries } = wishes;
      if (candidates.length === 0 && entries.length === 0) return undefined;
      return (described) => targetsOf(described, wishes, config);
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
      const labels = labelsOf(labelsFor(candidate, described, config), meta);
      found.push({
        address: hostPort(network.address, port),
        labels,
        taskArn: task.taskArn,
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

/** A docker label overrides the labels of the task, and a configured job name overrides both. */
function labelsFor(
  { container, metricsPath, jobName }: Candidate,
  { task, definition, instance, serviceName, cluster }: DescribedTask,
  { labelsCluster }: Pick<EcsDiscoveryConfig, 'labelsCluster'>,
): Labels {
  const { name, dockerLabels = {} } = container;
  const { resource } = arnParts(task.taskArn);
  const ofTask = {
    container_name: name,
    TaskDefinitionFamily: definition.family,
    TaskRevision: definition.revision?.toString(),
    TaskGroup: task.group,
    StartedBy: task.startedBy,
    LaunchType: task.launchType,
    TaskId: resource.at(-1),
    TaskArn: task.taskArn,
    // Only the long format names the cluster: `task/CLUSTER/ID`.
    TaskClusterName: resource.length > 2 ? resource[1] : undefined,
    ClusterName: labelsCluster ? cluster.name : undefined,
    ServiceName: serviceName,
    AvailabilityZone: task.availabilityZone,
    InstanceType: instance?.ec2?.type,
    VpcId: instance?.ec2?.vpcId,
    SubnetId: instance?.ec2?.subnetId,
    [METRICS_PATH]: metricsPath,
  };
  const copied = Object.entries(dockerLabels).filter(
    ([key]) => LABEL_NAME.test(key) && !NOT_COPIED.test(key),
  );
  return labelsOf(filled(ofTask), filled(Object.fromEntries(copied)), filled({ job: jobName }));
}
