import type { Element } from '../documents/elements.ts';
import { isObject, objectOf } from '../documents/json.ts';
import { readContainerStats, type Stats } from '../documents/stats.ts';
import { type Container, readTask, type Task } from '../documents/task.ts';
import { MAX_TASKS, type TaskReading } from '../figures/followed-tasks.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Why an element is passed over, or a container of one: it is no JSON or no object; it names no task, or one that another element has
 * named; another task has the container; there are too many.
 */
export type SkipReason =
  | 'no_json'
  | 'no_object'
  | 'no_task_arn'
  | 'same_task'
  | 'container_elsewhere'
  | 'too_many_tasks'
  | 'too_many_containers';

/** Knows which tasks are worth being read. */
export interface Interest {
  isFollowed(key: string): boolean;
  isOfInterest(key: string, task: Task): boolean;
  /** A task as the last poll found it. */
  knownTask(key: string): Task | undefined;
}

/** The documents of all tasks, or the reason of a failure. */
export type InstanceReading =
  | { readonly ok: true; readonly tasks: readonly TaskReading[] }
  | { readonly ok: false; readonly reason: string };

/** The arrays of all tasks, for one who reads them again and again. A wrong element costs no other. */
export class InstanceSource {
  readonly #endpoint: Endpoint;
  readonly #interest: Interest;
  readonly #skipped = new Map<SkipReason, number>();

  constructor(endpoint: Endpoint, interest: Interest) {
    this.#endpoint = endpoint;
    this.#interest = interest;
  }

  /** How much was passed over, in all polls. */
  get skipped(): ReadonlyMap<SkipReason, number> {
    return this.#skipped;
  }

  skip(reason: SkipReason, count = 1): void {
    this.#skipped.set(reason, (this.#skipped.get(reason) ?? 0) + count);
  }

  async read(): Promise<InstanceReading> {
    const tasks = new TaskList(this.#interest, (reason) => this.skip(reason));
    const listed = await this.#endpoint.readEach('/tasks', (element) => tasks.add(element));
    if (!listed.ok) return { ok: false, reason: `/tasks: ${listed.reason}` };
    // The reader's own task is one of them.
    if (tasks.seen === 0) return { ok: false, reason: '/tasks: expected tasks, got none' };
    const readings = new Map(
      tasks.readings().map((reading) => [reading.key, { ...reading, stats: new Map() }]),
    );
    tasks.clear();
    const owners = new Map<string, { task: Task; stats: Map<string, Stats> }>();
    for (const reading of readings.values()) {
      for (const { id } of reading.task.containers) owners.set(id, reading);
    }
    const sampled = await this.#endpoint.readEach('/tasks/stats', (element) => {
      if (!isObject(element)) this.skip(element === undefined ? 'no_json' : 'no_object');
      for (const [id, entry] of Object.entries(objectOf(element))) {
        const owner = owners.get(id);
        const stats = owner && readContainerStats(entry, owner.task.launchType);
        if (stats !== undefined) owner?.stats.set(id, stats);
      }
    });
    // The callbacks of a connection may live on for a while, and must not hold a poll's figures.
    owners.clear();
    if (!sampled.ok) return { ok: false, reason: `/tasks/stats: ${sampled.reason}` };
    return { ok: true, tasks: [...readings.values()] };
  }
}

/** The tasks that `/tasks` lists. Of those that are not followed yet it keeps no more than there can be room for. */
class TaskList {
  readonly #interest: Interest;
  readonly #skip: (reason: SkipReason) => void;
  readonly #tasks = new Map<string, Task>();
  #unknown = 0;
  #seen = 0;

  constructor(interest: Interest, skip: (reason: SkipReason) => void) {
    this.#interest = interest;
    this.#skip = skip;
  }

  /** How many elements were tasks. */
  get seen(): number {
    return this.#seen;
  }

  add(element: Element): void {
    const reason = this.#take(element);
    if (reason !== undefined) this.#skip(reason);
  }

  #take(element: Element): SkipReason | undefined {
    if (!isObject(element)) return element === undefined ? 'no_json' : 'no_object';
    const task = readTask(element);
    const key = task.id;
    if (key === undefined) return 'no_task_arn';
    this.#seen += 1;
    if (this.#tasks.has(key)) return 'same_task';
    if (!this.#interest.isOfInterest(key, task)) return undefined;
    if (!this.#interest.isFollowed(key)) {
      if (this.#unknown === MAX_TASKS) return 'too_many_tasks';
      this.#unknown += 1;
    }
    this.#tasks.set(key, sharing(task, this.#interest.knownTask(key)));
    return undefined;
  }

  clear(): void {
    this.#tasks.clear();
  }

  /** Each container is in one task: the one that its id begins with, as ECS makes them, else the first one by id. */
  readings(): Omit<TaskReading, 'stats'>[] {
    const owners = new Map<string, string>();
    for (const key of [...this.#tasks.keys()].sort()) {
      for (const { id } of this.#tasks.get(key)?.containers ?? []) {
        const owner = owners.get(id);
        if (owner === undefined || (id.startsWith(key) && !id.startsWith(owner))) {
          owners.set(id, key);
        }
      }
    }
    return [...this.#tasks].map(([key, task]) => {
      const containers = task.containers.filter(({ id }) => owners.get(id) === key);
      for (let n = containers.length; n < task.containers.length; n += 1) {
        this.#skip('container_elsewhere');
      }
      return { key, task: { ...task, containers } };
    });
  }
}

/** The task with the containers of before that are the same: those of two polls would take twice the memory. */
function sharing(task: Task, before: Task | undefined): Task {
  if (before === undefined) return task;
  const known = new Map(before.containers.map((container) => [container.id, container]));
  const containers = task.containers.map((container) => {
    const same = known.get(container.id);
    return same !== undefined && isSame(container, same) ? same : container;
  });
  return { ...task, containers };
}

function isSame(one: Container, other: Container): boolean {
  for (const key in one) {
    if (one[key as keyof Container] !== other[key as keyof Container]) return false;
  }
  return true;
}
