import type { Task } from '@aws-sdk/client-ecs';
import type { TaskReading } from './tasks.ts';

interface KnownTask {
  readonly task: Task;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
}

/** The tasks of the last refresh, so that the ECS API failing does not make running tasks vanish. */
export class KnownTasks {
  readonly #keepMs: number;
  #tasks = new Map<string, KnownTask>();

  /** `keepMs`: how long a task that cannot be read any more counts as it was, in milliseconds. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Those in state RUNNING. */
  get running(): readonly Task[] {
    return Array.from(this.#tasks.values(), ({ task }) => task).filter(
      ({ lastStatus }) => lastStatus === 'RUNNING',
    );
  }

  /**
   * Goes by a reading from now on: by the tasks that it holds, and by those of earlier readings of which it could not say
   * whether they still run. Returns how many those are.
   */
  update(reading: TaskReading, now: number): number {
    const tasks = new Map<string, KnownTask>();
    for (const task of reading.tasks) tasks.set(task.taskArn ?? '', { task, readAt: now });
    const unread = new Set(reading.unread);
    const gone = new Set(reading.gone);
    let kept = 0;
    for (const [arn, known] of this.#tasks) {
      const isOpen = unread.has(arn) || !(reading.complete || gone.has(arn));
      if (tasks.has(arn) || !isOpen || now - known.readAt > this.#keepMs) continue;
      tasks.set(arn, known);
      kept += 1;
    }
    this.#tasks = tasks;
    return kept;
  }
}
