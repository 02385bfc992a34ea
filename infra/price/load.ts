/** Of what the app publishes without a document that says it. */
export type MetricsChoice = 'tasks' | 'containers' | 'detailed';

/** What there is to be collected. */
export interface Load {
  readonly services: number;
  readonly tasks: number;
  /** The sidecar included. */
  readonly containersPerTask: number;
  /** Which of these nobody has told, by the context keys that would. */
  readonly assumed: readonly ('serviceCount' | 'tasks' | 'containersPerTask')[];
}

/** What was told of it. */
export interface KnownLoad {
  /** Services that have alarms. */
  readonly services: number;
  readonly serviceCount?: number | undefined;
  readonly tasks?: number | undefined;
  readonly containersPerTask?: number | undefined;
}

/** Tasks of a service, and containers of a task with its sidecar, where nobody says how many. */
const TASKS_OF_A_SERVICE = 5;
const CONTAINERS_OF_A_TASK = 2;

/** The one task of the trial, and its sidecar. */
export const TRIAL_LOAD: Load = { services: 1, tasks: 1, containersPerTask: 2, assumed: [] };

/** What is known, and something for what is not. */
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
