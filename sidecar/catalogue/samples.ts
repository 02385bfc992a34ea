import { epochSeconds, type Instant } from '../documents/instant.ts';
import type { Labels } from '../exposition/family.ts';
import type { InstanceFigures } from '../figures/instance.ts';
import type { Observation } from '../figures/observation.ts';
import type { NamedValue, SubjectSample } from '../history/track.ts';
import {
  type Definition,
  instanceLabels,
  instanceTaskLabels,
  knownValues,
  type Reading,
  type Scope,
  shownContainers,
  taskLabels,
} from './definition.ts';

/** Milliseconds are enough for a point, and shorter to write. */
const TIME_RESOLUTION = 1000;

/** In a history of many tasks, the instance is like one of them. No task has this id. */
export const INSTANCE_SUBJECT = ' instance';

/** The subjects that have figures: the tasks, and the containers with statistics. */
export function presentSubjects(observations: readonly Observation[]): ReadonlySet<string> {
  const present = new Set([INSTANCE_SUBJECT]);
  for (const observation of observations) {
    present.add(subjectOf(observation));
    for (const { container, stats } of observation.containers) {
      if (stats !== undefined) present.add(container.id);
    }
  }
  return present;
}

/** Names a task in a history. */
export function subjectOf({ task }: Observation): string {
  return task.task.id ?? '';
}

/** The figures of what was renewed: of each container its own, and of the task as a whole. */
export function samplesOf(
  definitions: readonly Definition[],
  observation: Observation,
  scope: Scope,
  withTask: boolean,
): SubjectSample[] {
  const { task: figuresOfTask } = observation;
  const task = subjectOf(observation);
  const more: Labels | undefined =
    scope === 'instance' ? instanceTaskLabels(figuresOfTask.task) : undefined;
  const samples: SubjectSample[] = [];
  for (const { figures, labels } of shownContainers(observation)) {
    const { container, stats, renewed } = figures;
    if (stats === undefined || !renewed) continue;
    const values = valuesOf(definitions, ({ container: read }) => read?.(figures, 0));
    const time = secondsOf(stats.read);
    samples.push({ task, subject: container.id, labels, taskLabels: more, time, values });
  }
  if (withTask && figuresOfTask.sampledAt !== undefined) {
    const values = valuesOf(definitions, ({ task: read }) => read?.(figuresOfTask));
    const time = secondsOf(figuresOfTask.sampledAt);
    const labels = taskLabels(observation);
    samples.push({ task, subject: task, labels, taskLabels: more, time, values });
  }
  return samples;
}

/** The figures of the instance, which has no containers of its own. */
export function instanceSamplesOf(
  definitions: readonly Definition[],
  instance: InstanceFigures,
): SubjectSample[] {
  if (instance.sampledAt === undefined) return [];
  return [
    {
      task: INSTANCE_SUBJECT,
      subject: INSTANCE_SUBJECT,
      labels: instanceLabels(instance.task),
      time: secondsOf(instance.sampledAt),
      values: valuesOf(definitions, ({ instance: read }) => read?.(instance)),
    },
  ];
}

function valuesOf(
  definitions: readonly Definition[],
  read: (definition: Definition) => Reading,
): NamedValue[] {
  return definitions.flatMap((definition) =>
    knownValues(read(definition)).map(({ value, labels }) => ({
      name: definition.name,
      labels,
      value,
    })),
  );
}

function secondsOf(time: Instant): number {
  return Math.floor(epochSeconds(time) * TIME_RESOLUTION) / TIME_RESOLUTION;
}
