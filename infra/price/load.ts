/** The built-in rules that the app offers instead of a document. */
export type MetricsChoice = 'tasks' | 'containers' | 'detailed';

/** The number of services, tasks and containers. */
export interface Load {
  readonly services: number;
  readonly tasks: number;
  /** Including the sidecar. */
  readonly containersPerTask: number;
  /** The assumed numbers, by the context keys that would set them. */
  readonly assumed: readonly ('serviceCount' | 'tasks' | 'containersPerTask')[];
}

/** The known numbers. */
export interface KnownLoad {
  /** Services that have alarms. */
  readonly services: number;
  readonly serviceCount?: number | undefined;
  readonly tasks?: number | undefined;
  readonly containersPerTask?: number | undefined;
}

/** Assumed tasks of a service, and containers of a task with its sidecar. */
const TASKS_OF_A_SERVICE = 5;
const CONTAINERS_OF_A_TASK = 2;

/** The one task of the trial, and its sidecar. */
export const TRIAL_LOAD: Load = { services: 1, tasks: 1, containersPerTask: 2, assumed: [] };

/** The known numbers, with assumptions for the unknown ones. */
export function loadOf(known: KnownLoad): Load {
  const services = known.serviceCount ?? Math.max(known.services, 1);
  const keys = ['serviceCount', 'tasks', 'containersPerTask'] as const;
  return {
    services,
    tasks: known.tasks ?? services * TASKS_OF_A_SERVICE,
    containersPerTask: known.containersPerTask ?? CONTAINERS_OF_A_TASK,
    assumed: keys.filter((key) => known[key] === undefined),
  };
}
