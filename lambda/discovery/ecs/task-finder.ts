import type { DiscoveryLookup } from '../../model/settings/config.ts';
import { type DescribedTask, machineOf, subjectOf } from './cluster/described-task.ts';
import { hasInterface, networkOf } from './cluster/network.ts';
import type { TargetFinder, TaskTargets } from './cluster/target-finder.ts';
import { metaLabels } from './meta-labels.ts';

/**
 * Finds every task once, at an address without a port, as the ECS discovery of Prometheus does. Its role may not read
 * task definitions, so a network interface of its own marks an awsvpc task:
 * https://github.com/prometheus/prometheus/blob/main/discovery/aws/ecs.go
 */
export function taskFinder(lookups: ReadonlySet<DiscoveryLookup>): TargetFinder {
  return { lookups, readsDefinitions: false, requiresDaemon: false, find: () => targetOf };
}

function targetOf(described: DescribedTask): TaskTargets {
  const { task, instance } = described;
  const definition = { networkMode: hasInterface(task) ? 'awsvpc' : 'bridge' } as const;
  const network = networkOf(task, definition, instance);
  if (typeof network === 'string') {
    const subject = subjectOf(described, described.cluster.name);
    return { found: [], skipped: [{ reason: network, subject }], entries: [] };
  }
  const { address } = network;
  const labels = metaLabels({ ...described, definition }, address);
  const { taskArn, startedAt } = task;
  const machine = machineOf(task);
  const found = { address, labels, taskArn, machine, startedAt: startedAt?.getTime() };
  return { found: [found], skipped: [], entries: [] };
}
