import { epochSeconds, type Instant } from '../documents/instant.ts';
import type { Observation } from '../figures/observation.ts';
import type { NamedValue, SubjectSample } from '../history/track.ts';
import {
  type Definition,
  knownValues,
  type Reading,
  shownContainers,
  taskLabels,
} from './definition.ts';

/** Milliseconds are enough for a point, and shorter to write. */
const TIME_RESOLUTION = 1000;

/** Of the task. */
const TASK_SUBJECT = '';

/** The subjects that have figures: the task, and the containers with statistics. */
export function presentSubjects({ containers }: Observation): ReadonlySet<string> {
  const present = new Set([TASK_SUBJECT]);
  for (const { container, stats } of containers) if (stats !== undefined) present.add(container.id);
  return present;
}

/** The figures of what was renewed: of each container its own, and of the task as a whole. */
export function samplesOf(
  definitions: readonly Definition[],
  observation: Observation,
  withTask: boolean,
): SubjectSample[] {
  const { task } = observation;
  const samples: SubjectSample[] = [];
  for (const { figures, labels } of shownContainers(observation)) {
    const { container, stats, renewed } = figures;
    if (stats === undefined || !renewed) continue;
    const values: NamedValue[] = [];
    for (const { name, container: read } of definitions) {
      if (read !== undefined) addValues(values, name, read(figures, 0));
    }
    samples.push({ subject: container.id, labels, time: secondsOf(stats.read), values });
  }
  if (withTask && task.sampledAt !== undefined) {
    const values: NamedValue[] = [];
    for (const { name, task: read } of definitions) {
      if (read !== undefined) addValues(values, name, read(task));
    }
    const labels = taskLabels(observation);
    samples.push({ subject: TASK_SUBJECT, labels, time: secondsOf(task.sampledAt), values });
  }
  return samples;
}

function addValues(values: NamedValue[], name: string, reading: Reading): void {
  for (const { value, labels } of knownValues(reading)) values.push({ name, labels, value });
}

function secondsOf(time: Instant): number {
  return Math.floor(epochSeconds(time) * TIME_RESOLUTION) / TIME_RESOLUTION;
}
