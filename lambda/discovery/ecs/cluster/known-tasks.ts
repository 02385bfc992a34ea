import type { Task } from '@aws-sdk/client-ecs';
import type { TaskReading } from './tasks.ts';

interface KnownTask {
  readonly task: Task;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
}

/** The tasks of the last refresh, which outlast failures of the ECS API. */
export class KnownTasks {
  readonly #keepMs: number;
  #tasks = new Map<string, KnownTask>();

  /** @param keepMs milliseconds for which an unreadable task keeps its last known state */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Tasks in state RUNNING. */
  get running(): readonly Task[] {
    return Array.from(this.#tasks.values(), ({ task }) => task).filter(
      ({ lastStatus }) => lastStatus === 'RUNNING',
    );
  }

  /** Takes over a reading: its tasks, and the earlier tasks about which it could not tell. Returns the number of those. */
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
