/** A cluster whose bill is computed. Each service has five tasks, which are alike. */
export interface Site {
  readonly tasks: number;
  readonly services: number;
  /** Of all tasks, the sidecars among them. */
  readonly containers: number;
}

const TASKS_OF_A_SERVICE = 5;

/** 1,000 containers in 150 tasks, and as many for each task of the others. */
export const SITES: readonly Site[] = [5, 150, 2_000].map((tasks) => ({
  tasks,
  services: tasks / TASKS_OF_A_SERVICE,
  containers: Array.from({ length: tasks }, (_, task) => containersOf(task)).reduce(
    (a, b) => a + b,
    0,
  ),
}));

/** Two of three services have tasks of seven containers, the others of six. */
export function containersOf(task: number): number {
  return serviceOf(task) % 3 < 2 ? 7 : 6;
}

/** The number of a task's service. */
export function serviceOf(task: number): number {
  return Math.floor(task / TASKS_OF_A_SERVICE);
}
