import type { Task } from './documents/task.ts';
import { type Events, writeEvents } from './emf/events.ts';
import type { EmfRules } from './emf/rules.ts';
import type { Labels } from './exposition/family.ts';
import type { History } from './history/history.ts';

/** The points that no client has, as EMF, under the names that the collector gives to what it knows of a task. */
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
