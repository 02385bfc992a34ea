import type { DiscoveryLookup } from '../../../model/settings/config.ts';
import type { Skip } from '../../found/left-out.ts';
import type { FoundTarget } from '../../found/target.ts';
import type { DescribedTask, NamedTask } from './described-task.ts';

/** The targets of one task. */
export interface TaskTargets {
  readonly found: readonly FoundTarget[];
  readonly skipped: readonly Skip[];
  /** The parts of the configuration that select the task, as `entryNames` returns them. */
  readonly entries: readonly string[];
}

/** Makes the targets of a task from all its details. */
export type Finding = (task: DescribedTask) => TaskTargets;

/** Makes targets of running tasks; each kind of discovery has one. */
export interface TargetFinder {
  readonly lookups: ReadonlySet<DiscoveryLookup>;
  /** Whether it needs task definitions; without them, those of tasks are empty. Those of Managed Daemons always are. */
  readonly readsDefinitions: boolean;
  /** Whether it leaves out, by name, Managed Instances without a daemon that is a target. */
  readonly requiresDaemon: boolean;
  /** Undefined if nothing selects the task, which then needs no further details. */
  find(task: NamedTask): Finding | undefined;
}
