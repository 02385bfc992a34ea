import type { Task } from '../documents/task.ts';
import type { Labels } from '../exposition/family.ts';
import type { History } from '../history/history.ts';
import { type Events, writeEvents } from './events.ts';
import type { EmfRules } from './rules.ts';

/** The part of a task that events tell. An instance has some of it too. */
export type EventTask = Partial<
  Pick<
    Task,
    'cluster' | 'serviceName' | 'family' | 'revision' | 'id' | 'launchType' | 'availabilityZone'
  >
>;

/**
 * The points that no client has, as EMF, with the collector's names for the labels of a task.
 *
 * @param tasks by their keys in the history
 */
export function lastEvents(
  history: History,
  rules: EmfRules,
  tasks: ReadonlyMap<string, EventTask>,
): Events {
  const events = [...tasks].map(([key, task]) => eventsOf(history, rules, key, task));
  return {
    lines: events.flatMap(({ lines }) => lines),
    dropped: events.reduce((sum, { dropped }) => sum + dropped, 0),
  };
}

function eventsOf(history: History, rules: EmfRules, key: string, task: EventTask): Events {
  const labels: Labels = {
    ClusterName: task.cluster,
    ServiceName: task.serviceName,
    TaskDefinitionFamily: task.family,
    TaskRevision: task.revision,
    TaskId: task.id,
    LaunchType: task.launchType,
    AvailabilityZone: task.availabilityZone,
  };
  return writeEvents(history.untaken(key), rules, labels);
}
