import type { DiscoveryError } from './aws/api-calls.ts';
import type { Cluster } from './ecs/cluster/cluster.ts';
import type { FoundTarget } from './found/target.ts';

/** The origin of a target. */
export interface Origin {
  /** Name of the entry of `scrape_configs` that made it. */
  readonly entry: string;
  /** Absent for a target without a task. */
  readonly task?: { readonly cluster: Cluster; readonly arn: string } | undefined;
  readonly found: FoundTarget;
}

/** The origins of targets, by their ids. */
export type Origins = ReadonlyMap<string, Origin>;

/** The targets whose task has stopped. */
export interface StoppedTargets {
  readonly ids: ReadonlySet<string>;
  readonly errors: readonly DiscoveryError[];
}

/** Asks the clusters of these targets about all their tasks. */
export async function stoppedAmong(
  targetIds: readonly string[],
  origins: Origins,
  signal: AbortSignal,
): Promise<StoppedTargets> {
  const arns = new Map<Cluster, Set<string>>();
  for (const id of targetIds) {
    const task = origins.get(id)?.task;
    if (task === undefined) continue;
    const ofCluster = arns.get(task.cluster) ?? new Set();
    arns.set(task.cluster, ofCluster.add(task.arn));
  }
  const answers = await Promise.all(
    Array.from(arns, ([cluster, tasks]) => cluster.stopped([...tasks], signal)),
  );
  const stopped = new Set(answers.flatMap((answer) => answer.arns));
  return {
    ids: new Set(targetIds.filter((id) => stopped.has(origins.get(id)?.task?.arn ?? ''))),
    errors: answers.flatMap((answer) => answer.errors),
  };
}
