import { objectOf } from '../documents/json.ts';
import { readStats, type Stats } from '../documents/stats.ts';
import { readTask, type Task } from '../documents/task.ts';
import type { Endpoint } from './endpoint.ts';

/** What `/task` says of health, storage and the clock is never older than this. */
const MAX_TASK_AGE_MS = 10_000;

/** For this long after a change that the statistics show, `/task` may still be about to change. */
const UNREST_MS = 5_000;

/** A task definition has ten, and ECS adds a few. Pages of many more would take all of the sidecar's time. */
const MAX_CONTAINERS = 256;

/** A container with less than this share of its memory of before may be a new process. */
const RESTART_SHARE = 0.5;

/** What both documents say, or why that is not known. */
export type Reading =
  | { readonly ok: true; readonly task: Task; readonly stats: ReadonlyMap<string, Stats> }
  | { readonly ok: false; readonly reason: string };

/** The two documents of the endpoint, for one who reads them again and again. */
export interface Source {
  /** @param nextInMs milliseconds until the next time */
  read(nextInMs: number): Promise<Reading>;
}

/**
 * Reads `/task/stats` each time, and `/task`, which costs as much and seldom changes, only where it would become too old or where
 * the statistics show that a container came, went or was restarted.
 *
 * @param elapsed milliseconds of a clock that never goes back
 */
export function createSource(endpoint: Pick<Endpoint, 'read'>, elapsed: () => number): Source {
  let known: { readonly task: Task; readonly at: number } | undefined;
  let before: ReadonlyMap<string, Stats> | undefined;
  let restlessUntil = 0;

  async function taskFor(
    stats: ReadonlyMap<string, Stats> | undefined,
    nextInMs: number,
  ): Promise<Task | string> {
    const now = elapsed();
    if (stats !== undefined && before !== undefined && hasChanged(before, stats)) {
      restlessUntil = now + UNREST_MS;
    }
    const isFresh = (at: number) => now >= restlessUntil && now - at + nextInMs <= MAX_TASK_AGE_MS;
    if (known !== undefined && isFresh(known.at)) return known.task;
    // What fails is asked for again the next time.
    known = undefined;
    const answer = await endpoint.read('/task');
    if (!answer.ok) return `/task: ${answer.reason}`;
    const task = readTask(objectOf(answer.document));
    const { length } = task.containers;
    if (length > MAX_CONTAINERS) {
      return `/task: expected at most ${MAX_CONTAINERS} containers, got ${length}`;
    }
    known = { task, at: now };
    return task;
  }

  return {
    async read(nextInMs) {
      const answer = await endpoint.read('/task/stats');
      if (!answer.ok) return { ok: false, reason: `/task/stats: ${answer.reason}` };
      const document = objectOf(answer.document);
      const statsBy = (task: Task) => readStats(document, task.launchType);
      const early = known && statsBy(known.task);
      const task = await taskFor(early, nextInMs);
      if (typeof task === 'string') return { ok: false, reason: task };
      const stats = early ?? statsBy(task);
      before = stats;
      return { ok: true, task, stats };
    },
  };
}

/**
 * Whether other containers have statistics than before, or one seems to be restarted: it counts its CPU time anew or, since
 * with a restart policy the agent counts on, has given up most of its memory.
 */
function hasChanged(
  before: ReadonlyMap<string, Stats>,
  after: ReadonlyMap<string, Stats>,
): boolean {
  if (before.size !== after.size) return true;
  for (const [id, { cpu, memory }] of after) {
    const earlier = before.get(id);
    if (earlier === undefined) return true;
    if ((cpu.total ?? 0) < (earlier.cpu.total ?? 0)) return true;
    if ((memory.usage ?? 0) < RESTART_SHARE * (earlier.memory.usage ?? 0)) return true;
  }
  return false;
}
