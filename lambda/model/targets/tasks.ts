/** A running task as the ECS API knows it. */
export interface KnownTask {
  /** What it runs on: the ARN of its container instance, or its own where it has a machine to itself. */
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

/** A task as the daemon of its instance tells of it. */
export interface ToldTask {
  readonly id: string;
  readonly family?: string | undefined;
  readonly revision?: string | undefined;
  /** Absent: it is of no service. */
  readonly service?: string | undefined;
  /** Short name. */
  readonly cluster?: string | undefined;
  readonly launchType?: string | undefined;
  readonly availabilityZone?: string | undefined;
}
