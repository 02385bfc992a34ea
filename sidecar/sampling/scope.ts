import type { FollowedTasks, RefusalReason, TaskReading } from '../figures/followed-tasks.ts';
import type { Endpoint } from './endpoint.ts';
import { InstanceSource, type SkipReason } from './instance-source.ts';
import { createSource } from './source.ts';

/** Whose figures are wanted: the own task's, those of all tasks of the instance, or of all if the own task is a managed daemon's. */
export type ScopeSetting = 'task' | 'instance' | 'auto';

/** The documents, or the reason of a failure. */
export type ScopedReading =
  | {
      readonly ok: true;
      readonly tasks: readonly TaskReading[];
      /** Whether these are all tasks of the instance. */
      readonly isWhole: boolean;
    }
  | { readonly ok: false; readonly reason: string };

/** The documents of the own task or of all tasks, for one who reads them again and again. */
export interface ScopedSource {
  /** Whether it tries to read all tasks. */
  readonly wantsAll: boolean;
  /** Whether its tasks are among others of an instance: from the first time on at which all were there. */
  readonly ofInstance: boolean;
  /** Counts of elements that it passed over in the documents of all tasks. */
  readonly skipped: ReadonlyMap<SkipReason, number>;
  /** @param nextInMs milliseconds until the next time */
  read(nextInMs: number): Promise<ScopedReading>;
  /** Counts tasks for which there was no room. */
  refuse(refused: ReadonlyMap<RefusalReason, number>): void;
}

export interface ScopedSourceOptions {
  readonly endpoint: Endpoint;
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed: () => number;
  readonly setting: ScopeSetting;
  readonly followed: FollowedTasks;
  /** Told when the own task begins to stand in for all, and when that ends. */
  readonly log: (message: string) => void;
}

/** Reads all tasks where that is wanted; while that fails, the own one. */
export function createScopedSource({
  endpoint,
  elapsed,
  setting,
  followed,
  log,
}: ScopedSourceOptions): ScopedSource {
  const own = createSource(endpoint, elapsed);
  const instance = new InstanceSource(endpoint, followed);
  let wantsAll = setting === 'instance';
  let ofInstance = wantsAll;
  let failing = false;

  async function readOwn(nextInMs: number): Promise<ScopedReading> {
    const reading = await own.read(nextInMs);
    if (!reading.ok) return reading;
    const { task, stats } = reading;
    wantsAll ||= setting === 'auto' && task.daemonName !== undefined;
    // A sidecar's task is the same from poll to poll, whatever its document says.
    const key = wantsAll ? (task.id ?? '') : '';
    return { ok: true, tasks: [{ key, task, stats }], isWhole: false };
  }

  async function readAll(nextInMs: number): Promise<ScopedReading> {
    const reading = await instance.read();
    if (reading.ok) {
      if (failing) log('/tasks answers again: figures of all tasks of the instance');
      failing = false;
      ofInstance = true;
      return { ...reading, isWhole: true };
    }
    if (!failing) log(`${reading.reason}: figures of the own task alone`);
    failing = true;
    return readOwn(nextInMs);
  }

  return {
    get wantsAll() {
      return wantsAll;
    },
    get ofInstance() {
      return ofInstance;
    },
    skipped: instance.skipped,
    async read(nextInMs) {
      if (wantsAll) return readAll(nextInMs);
      const reading = await readOwn(nextInMs);
      return wantsAll ? readAll(nextInMs) : reading;
    },
    refuse(refused) {
      for (const [reason, count] of refused) instance.skip(reason, count);
    },
  };
}
