import { epochSeconds, type Instant } from '../documents/instant.ts';
import type { Labels } from '../exposition/family.ts';
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
    const read = ({ container: reader }: Definition) => reader?.(figures, 0);
    samples.push(sampleOf(container.id, labels, stats.read, definitions, read));
  }
  if (withTask && task.sampledAt !== undefined) {
    const read = ({ task: reader }: Definition) => reader?.(task);
    samples.push(sampleOf('', taskLabels(observation), task.sampledAt, definitions, read));
  }
  return samples;
}

function sampleOf(
  subject: string,
  labels: Labels,
  time: Instant,
  definitions: readonly Definition[],
  read: (definition: Definition) => Reading,
): SubjectSample {
  const values: NamedValue[] = [];
  for (const definition of definitions) {
    for (const known of knownValues(read(definition))) {
      values.push({ name: definition.name, ...known });
    }
  }
  const seconds = Math.floor(epochSeconds(time) * TIME_RESOLUTION) / TIME_RESOLUTION;
  return { subject, labels, time: seconds, values };
}
