import type { DiscoveryLookup } from '../../../model/settings/config.ts';
import type { Skip } from '../../found/left-out.ts';
import type { FoundTarget } from '../../found/target.ts';
import type { DescribedTask, NamedTask } from './described-task.ts';

/** What one task has to offer. */
export interface TaskTargets {
  readonly found: readonly FoundTarget[];
  readonly skipped: readonly Skip[];
  /** The parts of the configuration that ask for something of it, as `entryNames` calls them. */
  readonly entries: readonly string[];
}

/** Makes targets of a task when all is known of it. */
export type Finding = (task: DescribedTask) => TaskTargets;

/** A way to make targets of running tasks: one for each kind of discovery. */
export interface TargetFinder {
  readonly lookups: ReadonlySet<DiscoveryLookup>;
  /** Whether task definitions are read; without, those of tasks are empty. */
  readonly readsDefinitions: boolean;
  /** Undefined where nothing is asked for of the task, so that nothing more needs to be known of it. */
  find(task: NamedTask): Finding | undefined;
}
