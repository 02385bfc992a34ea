import { earliest, epochSeconds, type Instant } from '../documents/instant.ts';
import type { Family, Labels, Row } from '../exposition/family.ts';
import type { Based } from '../figures/arithmetic/based.ts';
import type { ContainerFigures } from '../figures/container.ts';
import type { Observation } from '../figures/observation.ts';
import type { TaskFigures } from '../figures/task.ts';

/** Label value of both container labels in the row of the task. */
const TASK = '_task_';

/** As in docker; on Fargate it is the same for all containers of a task. */
const CONTAINER_ID_LENGTH = 12;

/** A metric family of the catalogue: what a row of a container and the row of the task read. */
export interface Definition {
  readonly name: string;
  readonly type: Family['type'];
  readonly help: string;
  /** A gauge that differs from sample to sample, so that its history is kept. */
  readonly sampled?: true;
  /** Since when a counter counts; gauges have none. */
  readonly counts?: CountingSince;
  /** @param now milliseconds since the epoch. */
  readonly container?: (figures: ContainerFigures, now: number) => Reading;
  readonly task?: (figures: TaskFigures) => Reading;
}

/** A value, or values with labels of their own. What is not known gives no row. */
export type Reading = number | undefined | LabelledValue | readonly LabelledValue[];

export interface LabelledValue {
  readonly value: number | undefined;
  readonly labels: Labels;
}

/** The creation of the container (for the task: of its first one), or the sidecar's first poll. */
export type CountingSince = 'container' | 'sidecar' | 'unknown';

export interface KnownValue {
  readonly value: number;
  readonly labels: Labels;
}

const NOTHING: readonly KnownValue[] = [];
const NO_LABELS: Labels = {};

type Readers = Pick<Definition, 'container' | 'task'>;

export function gauge(name: string, help: string, readers: Readers): Definition {
  return { name, type: 'gauge', help, ...readers };
}

/** A gauge that has a history. */
export function sampled(name: string, help: string, readers: Readers): Definition {
  return { name, type: 'gauge', help, sampled: true, ...readers };
}

export function counter(
  name: string,
  help: string,
  readers: Readers,
  counts: CountingSince = 'container',
): Definition {
  return { name, type: 'counter', help, counts, ...readers };
}

/** A value whose base is a label. */
export function withBase(figure: Based | undefined): Reading {
  return figure && { value: figure.value, labels: { base: figure.base } };
}

/** The families of the observation: rows of all containers but the internal ones, then that of the task. */
export function familiesOf(
  definitions: readonly Definition[],
  observation: Observation,
  now: number,
): Family[] {
  const { task, since } = observation;
  const ofTask = taskLabels(observation);
  const shown = shownContainers(observation);
  const firstCreated = earliest(task.task.containers.map(({ createdAt }) => createdAt));
  return definitions.map(({ name, type, help, counts, container, task: readTask }) => {
    const startOf = (created: Instant | undefined) => {
      if (counts === 'sidecar') return since / 1000;
      return counts === 'container' ? epochSeconds(created) : undefined;
    };
    const rows: Row[] = [];
    if (container !== undefined) {
      for (const { figures, labels } of shown) {
        const start = startOf(figures.container.createdAt);
        rows.push(...rowsOf(labels, container(figures, now), start));
      }
    }
    if (readTask !== undefined) rows.push(...rowsOf(ofTask, readTask(task), startOf(firstCreated)));
    return { name, type, help, rows };
  });
}

/** The labels of the task's row. */
export function taskLabels({ task }: Observation): Labels {
  return { container_name: TASK, container_id: TASK, ...revisionLabels(task) };
}

/** The containers that have rows, with the labels of these. */
export function shownContainers({
  task,
  containers,
}: Observation): { readonly figures: ContainerFigures; readonly labels: Labels }[] {
  return containers
    .filter(({ container }) => !container.internal)
    .map((figures) => ({
      figures,
      labels: {
        container_name: figures.container.name,
        container_id: figures.container.id.slice(0, CONTAINER_ID_LENGTH),
        ...revisionLabels(task),
      },
    }));
}

/** The values of a reading that are known. */
export function knownValues(reading: Reading): readonly KnownValue[] {
  if (reading === undefined) return NOTHING;
  if (typeof reading === 'number')
    return isKnown(reading) ? [{ value: reading, labels: NO_LABELS }] : NOTHING;
  if ('value' in reading) return isKnown(reading.value) ? [reading as KnownValue] : NOTHING;
  return reading.filter((each): each is KnownValue => isKnown(each.value));
}

function isKnown(value: number | undefined): boolean {
  return value !== undefined && Number.isFinite(value);
}

function rowsOf(identity: Labels, reading: Reading, start: number | undefined): Row[] {
  return knownValues(reading).map(({ value, labels }) => ({
    labels: { ...identity, ...labels },
    value,
    start,
  }));
}

function revisionLabels({ task: { family, revision } }: TaskFigures): Labels {
  return { task_family: family, task_revision: revision };
}
