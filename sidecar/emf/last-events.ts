import type { Task } from '../documents/task.ts';
import type { Labels } from '../exposition/family.ts';
import type { History } from '../history/history.ts';
import { type Events, writeEvents } from './events.ts';
import type { EmfRules } from './rules.ts';

/** The points that no client has, as EMF, with the collector's names for the labels of a task. */
export function lastEvents(history: History, rules: EmfRules, task: Task): Events {
  const labels: Labels = {
    ClusterName: task.cluster,
    ServiceName: task.serviceName,
    TaskDefinitionFamily: task.family,
    TaskRevision: task.revision,
    TaskId: task.id,
    LaunchType: task.launchType,
    AvailabilityZone: task.availabilityZone,
  };
  return writeEvents(history.untaken(), rules, labels);
}
