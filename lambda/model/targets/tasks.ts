/** A running task as the ECS API knows it. */
export interface KnownTask {
  /** The machine of the task: the ARN of its container instance, or the task's own ARN if it has a machine to itself. */
  readonly machine: string;
  /** Milliseconds since the epoch. Absent: unknown. */
  readonly startedAt?: number | undefined;
}

/** Tasks by their ids. */
export type KnownTasks = ReadonlyMap<string, KnownTask>;

/** The task that a target belongs to. */
export interface Place extends Pick<KnownTask, 'machine'> {
  /** Id. */
  readonly task: string;
}

/** A task in the report of its instance's daemon. */
export interface ToldTask {
  readonly id: string;
  readonly family?: string | undefined;
  readonly revision?: string | undefined;
  /** Absent without a service. */
  readonly service?: string | undefined;
  /** Short name. */
  readonly cluster?: string | undefined;
  readonly launchType?: string | undefined;
  readonly availabilityZone?: string | undefined;
}

/** The id of the target of a task that the daemon of its instance tells of. */
export function neighbourId(daemonId: string, taskId: string): string {
  return `${daemonId} task ${taskId}`;
}

/** The id of the daemon in that of such a target; that of any other target as it is. */
export function scrapedId(targetId: string): string {
  return targetId.replace(/ task [\w-]+$/, '');
}
