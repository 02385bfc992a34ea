import {
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';

/** Tasks in the table. */
const WORST_TASKS = 15;

/** Seconds after which a task without events counts as gone. */
const RECENT_SECONDS = 300;

/**
 * The lines of a Logs Insights query for the tasks with the highest CPU utilization, in the events of the collector. An event of one
 * task names it. An event of several names that with the greatest value of each metric, which is the first value of the event.
 *
 * @param filters lines that select events
 * @param labels labels that distinguish tasks, in addition to their id
 */
export function worstTasksQuery(
  filters: readonly string[] = [],
  labels: readonly string[] = [],
): string[] {
  const fields = [
    `${valueIn(TASK_CPU_UTILIZATION)} as cpu`,
    `${taskIn(TASK_CPU_UTILIZATION)} as task`,
    `${valueIn(TASK_MEMORY_UTILIZATION)} as memory`,
    `${taskIn(TASK_MEMORY_UTILIZATION)} as memory_of`,
  ];
  const columns = ['latest(cpu) as cpu_percent', 'latest(memory) as memory_percent'];
  return [
    ...filters,
    `filter toMillis(@timestamp) > (now() - ${RECENT_SECONDS}) * 1000`,
    `fields ${fields.join(', ')}`,
    'filter ispresent(cpu)',
    `stats ${[...columns, 'latest(memory_of) as memory_task'].join(', ')} by ${[...labels, 'task'].join(', ')}`,
    'sort cpu_percent desc',
    `limit ${WORST_TASKS}`,
  ];
}

/** A metric's field, or the first of its values if an event has several, in the notation of Logs Insights. */
function valueIn(name: string): string {
  return `coalesce(${name}, ${name}.0)`;
}

/** The task of that value. */
function taskIn(name: string): string {
  return `coalesce(TaskIdOfGreatest.${name}, TaskId)`;
}
