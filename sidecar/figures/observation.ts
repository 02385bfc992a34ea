import type { Stats } from '../documents/stats.ts';
import type { Task } from '../documents/task.ts';
import { type ContainerFigures, followContainer } from './container.ts';
import { followTask, type TaskFigures } from './task.ts';

/** All that is known after a poll: what it says, and what the polls before add to it. Immutable. */
export interface Observation {
  readonly task: TaskFigures;
  /** Every container of `/task`, in its order. */
  readonly containers: readonly ContainerFigures[];
  /** Milliseconds since the epoch of the first poll: what the sidecar counts by itself was 0 then. */
  readonly since: number;
}

/**
 * Takes the two documents of one poll in.
 *
 * @param before what was known after the last successful poll; `undefined` for the first.
 * @param stats by DockerId. Entries of containers that are not in the task are ignored.
 * @param now milliseconds since the epoch.
 */
export function observe(
  before: Observation | undefined,
  task: Task,
  stats: ReadonlyMap<string, Stats>,
  now: number,
): Observation {
  const known = new Map(before?.containers.map((figures) => [figures.container.id, figures]));
  const containers = task.containers.map((container) =>
    followContainer(known.get(container.id), container, stats.get(container.id), task, now),
  );
  return {
    task: followTask(before?.task, task, containers, now),
    containers,
    since: before?.since ?? now,
  };
}
