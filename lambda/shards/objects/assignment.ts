import { hash } from 'node:crypto';
import type { ListedTarget } from '../../discovery/listed-target.ts';

/** The shard of a target, from 0: the same for the same number of shards, and targets are spread evenly. */
export function shardOf(targetId: string, shards: number): number {
  return hash('sha256', targetId, 'buffer').readUInt32BE() % shards;
}

/**
 * The shard of each target. The targets of an instance with a daemon stay together: whether a task's own sidecar answers decides
 * whether the daemon's samples of the task count.
 */
export function assignmentOf(
  targets: readonly ListedTarget[],
  shards: number,
): (target: ListedTarget) => number {
  const machines = new Set(
    targets.flatMap(({ found, task }) => (found === undefined ? [] : [task?.machine])),
  );
  return ({ id, task }) => {
    const machine = task?.machine;
    return shardOf(machine !== undefined && machines.has(machine) ? machine : id, shards);
  };
}
