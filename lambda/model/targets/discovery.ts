import type { LeftOut } from './left-out.ts';
import type { Target } from './target.ts';
import type { KnownTasks } from './tasks.ts';

/** Finds the targets of a cycle. Errors of a cluster, a page or a task are values. */
export interface Discovery {
  discover(signal: AbortSignal): Promise<Discovered>;
  /** Which of these targets have stopped since. Never rejects. */
  stopped(targetIds: readonly string[], signal: AbortSignal): Promise<Stopped>;
}

export interface Discovered {
  readonly targets: readonly Target[];
  /** All running tasks that it knows, targets or not. @default none */
  readonly tasks?: KnownTasks | undefined;
  /** Milliseconds since the epoch: as of when the clusters' tasks are known. Absent: as of the call. */
  readonly refreshedAt?: number | undefined;
  /** Tasks and containers that were left out. */
  readonly leftOut: readonly LeftOut[];
  /** Parts of the configuration that find nothing, in words. */
  readonly idle: readonly string[];
  readonly errors: readonly { readonly message: string }[];
}

export interface Stopped {
  readonly ids: ReadonlySet<string>;
  readonly errors: readonly { readonly message: string }[];
}
