import type { DiscoveryError } from './api-calls.ts';
import type { Cluster } from './cluster.ts';

/** Where a target was found. */
export interface Origin {
  readonly cluster: Cluster;
  readonly taskArn: string;
}

/** Where the targets of tasks were found, by their ids. */
export type Origins = ReadonlyMap<string, Origin>;

/** Which of some targets belong to a task that does not run any more. */
export interface StoppedTargets {
  readonly ids: ReadonlySet<string>;
  readonly errors: readonly DiscoveryError[];
}

/** Asks the clusters of these targets, each for all of its tasks. */
export async function stoppedAmong(
  targetIds: readonly string[],
  origins: Origins,
  signal: AbortSignal,
): Promise<StoppedTargets> {
  const arns = new Map<Cluster, Set<string>>();
  for (const id of targetIds) {
    const origin = origins.get(id);
    if (origin === undefined) continue;
    const ofCluster = arns.get(origin.cluster) ?? new Set();
    arns.set(origin.cluster, ofCluster.add(origin.taskArn));
  }
  const answers = await Promise.all(
    Array.from(arns, ([cluster, tasks]) => cluster.stopped([...tasks], signal)),
  );
  const stopped = new Set(answers.flatMap((answer) => answer.arns));
  return {
    ids: new Set(targetIds.filter((id) => stopped.has(origins.get(id)?.taskArn ?? ''))),
    errors: answers.flatMap((answer) => answer.errors),
  };
}
