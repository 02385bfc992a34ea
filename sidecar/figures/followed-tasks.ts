import { epochSeconds, latest } from '../documents/instant.ts';
import type { Stats } from '../documents/stats.ts';
import type { Task } from '../documents/task.ts';
import { type Observation, observe } from './observation.ts';

/** How much of an instance is followed, those that ended not long ago included. */
export const MAX_TASKS = 100;
export const MAX_CONTAINERS = 500;

/** A task that ended is known for as long as its points are. Milliseconds. */
const REMEMBERED_MS = 15 * 60_000;

/** One task in a poll. */
export interface TaskReading {
  /** Names the task from poll to poll. */
  readonly key: string;
  readonly task: Task;
  readonly stats: ReadonlyMap<string, Stats>;
}

/** A task and its figures so far. */
export interface FollowedTask {
  readonly key: string;
  readonly observation: Observation;
  /** Whether the last poll had it. */
  readonly listed: boolean;
  /** When it was found to have ended: milliseconds since the epoch. Absent: it has not. */
  readonly endedAt?: number | undefined;
}

/** Why a task of a poll is not followed: as many others are, or it and they have as many containers together. */
export type RefusalReason = 'too_many_tasks' | 'too_many_containers';

/** The result of a poll. */
export interface Taken {
  /** The tasks of which it told something, their ends included. */
  readonly changed: readonly FollowedTask[];
  /** Keys of the tasks that nothing is known of any more. */
  readonly forgotten: readonly string[];
  readonly refused: ReadonlyMap<RefusalReason, number>;
}

/** The tasks of an instance, or the one of a sidecar. They come and go: each is followed by itself from poll to poll. */
export class FollowedTasks {
  readonly #tasks = new Map<string, FollowedTask>();
  /** When the last poll of all tasks was. Milliseconds since the epoch. */
  #polledAt: number | undefined;

  /** Those of the last poll. */
  get live(): readonly FollowedTask[] {
    return [...this.#tasks.values()].filter(
      ({ listed, endedAt }) => listed && endedAt === undefined,
    );
  }

  /** Those that are remembered. */
  get ended(): readonly FollowedTask[] {
    return [...this.#tasks.values()].filter(({ endedAt }) => endedAt !== undefined);
  }

  isFollowed(key: string): boolean {
    return this.#tasks.has(key);
  }

  knownTask(key: string): Task | undefined {
    return this.#tasks.get(key)?.observation.task.task;
  }

  /** Whether a task that a poll found is of interest: it is not, where it had ended before the poll before. */
  isOfInterest(key: string, task: Task): boolean {
    if (!isStopped(task)) return true;
    const known = this.#tasks.get(key);
    if (known !== undefined) return known.endedAt === undefined;
    const end = endOf(task);
    return this.#polledAt !== undefined && end !== undefined && end * 1000 > this.#polledAt;
  }

  /**
   * Takes a poll in.
   *
   * @param isWhole whether it tells of all tasks of an instance, so that those that it does not have are over
   * @param now milliseconds since the epoch
   */
  take(readings: readonly TaskReading[], isWhole: boolean, now: number): Taken {
    const changed: FollowedTask[] = [];
    const forgotten = this.#forgetOld(now);
    const refused = new Map<RefusalReason, number>();
    const listed = new Set(readings.map(({ key }) => key));
    const known = readings.filter(({ key }) => this.#tasks.has(key));
    const unknown = readings.filter(({ key }) => !this.#tasks.has(key));
    for (const reading of [...known, ...unknown.toSorted(byKey)]) {
      const before = this.#tasks.get(reading.key);
      // One that runs had only been missed: a poll may lack it, or have its document in a form that cannot be read.
      if (before?.endedAt !== undefined && isStopped(reading.task)) continue;
      const refusal = this.#refusalOf(reading);
      if (refusal !== undefined) {
        refused.set(refusal, (refused.get(refusal) ?? 0) + 1);
        continue;
      }
      changed.push(this.#set(follow(before, reading, isWhole, now)));
      forgotten.push(...this.#makeRoom());
    }
    for (const task of this.#tasks.values()) {
      if (task.endedAt !== undefined || listed.has(task.key)) continue;
      const after = isWhole ? ended(task, now) : { ...task, listed: false };
      this.#set(after);
      if (isWhole) changed.push(after);
    }
    if (isWhole) this.#polledAt = now;
    return { changed, forgotten, refused };
  }

  #set(task: FollowedTask): FollowedTask {
    this.#tasks.set(task.key, task);
    return task;
  }

  #refusalOf({ key, task }: TaskReading): RefusalReason | undefined {
    const others = [...this.#tasks.values()].filter(
      (other) => other.key !== key && other.endedAt === undefined,
    );
    if (others.length >= MAX_TASKS) return 'too_many_tasks';
    const containers = sum(others.map(containersOf)) + task.containers.length;
    return containers > MAX_CONTAINERS ? 'too_many_containers' : undefined;
  }

  #forgetOld(now: number): string[] {
    const old = this.ended.filter(({ endedAt = now }) => now - endedAt > REMEMBERED_MS);
    return old.map((task) => this.#forget(task));
  }

  /** Those that ended first give way. */
  #makeRoom(): string[] {
    const forgotten: string[] = [];
    for (const task of this.ended.toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))) {
      const all = [...this.#tasks.values()];
      if (all.length <= MAX_TASKS && sum(all.map(containersOf)) <= MAX_CONTAINERS) break;
      forgotten.push(this.#forget(task));
    }
    return forgotten;
  }

  #forget({ key }: FollowedTask): string {
    this.#tasks.delete(key);
    return key;
  }
}

function follow(
  before: FollowedTask | undefined,
  { key, task, stats }: TaskReading,
  mayEnd: boolean,
  now: number,
): FollowedTask {
  if (!mayEnd || !isStopped(task)) {
    const observation = observe(before?.observation, task, stats, now);
    return { key, observation, listed: true };
  }
  // Its figures end with its containers': the last ones are those of before.
  const last = new Map(stats);
  for (const { container, trail } of before?.observation.containers ?? []) {
    if (!last.has(container.id) && trail.sample !== undefined) {
      last.set(container.id, trail.sample);
    }
  }
  const observation = observe(before?.observation, task, last, now);
  return ended({ key, observation, listed: true }, now);
}

function ended(followed: FollowedTask, now: number): FollowedTask {
  const { observation } = followed;
  const endedAt = endOf(observation.task.task) ?? now / 1000;
  const task = { ...observation.task, endedAt };
  return { ...followed, observation: { ...observation, task }, endedAt: now };
}

function isStopped({ knownStatus }: Task): boolean {
  return knownStatus === 'STOPPED';
}

/** When the document says that it ended: epoch seconds. */
function endOf({ stoppedAt, containers }: Task): number | undefined {
  if (stoppedAt !== undefined) return epochSeconds(stoppedAt);
  const finished = containers
    .filter(({ internal }) => !internal)
    .map(({ finishedAt }) => finishedAt);
  return finished.includes(undefined) ? undefined : epochSeconds(latest(finished));
}

function containersOf({ observation }: FollowedTask): number {
  return observation.containers.length;
}

function byKey(a: TaskReading, b: TaskReading): number {
  return a.key < b.key ? -1 : 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
