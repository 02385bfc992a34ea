/**
 * The whole of a limit or a percentage: the container's own limit, the task's, the sum of the containers' limits, or
 * the limit of the cgroup (on EC2 the host's memory).
 */
export type Base = 'container' | 'task' | 'containers' | 'cgroup';

export interface Based {
  readonly value: number;
  readonly base: Base;
}

export function based(base: Base, value: number | undefined): Based | undefined {
  return value === undefined ? undefined : { value, base };
}

/** 0 to 100, or more if the whole is a share and not a cap. */
export function percentOf(part: number | undefined, whole: Based | undefined): Based | undefined {
  if (part === undefined || whole === undefined) return undefined;
  return { value: (part / whole.value) * 100, base: whole.base };
}
