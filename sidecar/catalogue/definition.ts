import { earliest, epochSeconds, type Instant } from '../documents/instant.ts';
import type { Task } from '../documents/task.ts';
import type { Family, Identity, Labels, Row } from '../exposition/family.ts';
import { identityOf } from '../exposition/series.ts';
import type { Based } from '../figures/arithmetic/based.ts';
import type { ContainerFigures } from '../figures/container.ts';
import type { InstanceFigures } from '../figures/instance.ts';
import type { Observation } from '../figures/observation.ts';
import type { TaskFigures } from '../figures/task.ts';

/** Label value of both container labels in the row of the task. */
const TASK = '_task_';

/** As in docker; on Fargate it is the same for all containers of a task. */
const CONTAINER_ID_LENGTH = 12;

/** A metric family of the catalogue, with a reader for the row of a container, of the task and of the instance. */
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
  readonly instance?: (figures: InstanceFigures) => Reading;
}

/** The subjects of a page's rows. */
export interface Subjects {
  readonly tasks: readonly Observation[];
  /** Whether the tasks are among others of an instance, so that their rows say which they are. */
  readonly scope: Scope;
  /** Absent where it is not known, or not the subject. */
  readonly instance?: InstanceFigures | undefined;
}

export type Scope = 'task' | 'instance';

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

type Readers = Pick<Definition, 'container' | 'task' | 'instance'>;

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

/** The families of the tasks: rows of all containers but the internal ones, then those of the tasks. */
export function* familiesOf(
  definitions: readonly Definition[],
  { tasks, scope, instance }: Subjects,
  now: number,
): Generator<Family> {
  const rowsByTask = tasks.map((observation) => rowWriter(observation, scope, now));
  const ofInstance = instance && identityOf(instanceLabels(instance.task));
  for (const definition of definitions) {
    const { name, type, help, instance: readInstance } = definition;
    const rows = rowsByTask.flatMap((write) => write(definition));
    if (readInstance !== undefined && instance !== undefined) {
      rows.push(...rowsOf(ofInstance, readInstance(instance), undefined));
    }
    yield { name, type, help, rows };
  }
}

/** Gives the rows that a task and its containers have in a family. */
function rowWriter(
  observation: Observation,
  scope: Scope,
  now: number,
): (definition: Definition) => Row[] {
  const { task, since } = observation;
  const more = scope === 'instance' ? instanceTaskLabels(task.task) : {};
  const ofTask = identityOf({ ...taskLabels(observation), ...more });
  const shown = shownContainers(observation).map(({ figures, labels }) => ({
    figures,
    identity: identityOf({ ...labels, ...more }),
  }));
  const firstCreated = earliest(task.task.containers.map(({ createdAt }) => createdAt));
  return ({ counts, container, task: readTask }) => {
    const startOf = (created: Instant | undefined) => {
      if (counts === 'sidecar') return since / 1000;
      return counts === 'container' ? epochSeconds(created) : undefined;
    };
    const rows: Row[] = [];
    if (container !== undefined) {
      for (const { figures, identity } of shown) {
        const start = startOf(figures.container.createdAt);
        rows.push(...rowsOf(identity, container(figures, now), start));
      }
    }
    if (readTask !== undefined) rows.push(...rowsOf(ofTask, readTask(task), startOf(firstCreated)));
    return rows;
  };
}

/** The labels of the task's row. */
export function taskLabels({ task }: Observation): Labels {
  return { container_name: TASK, container_id: TASK, ...revisionLabels(task) };
}

/** More labels of a task's rows, if it is one of many. Family and revision are in them already. */
export function instanceTaskLabels(task: Task): Labels {
  return { task_id: task.id, service_name: task.serviceName, ...instanceLabels(task) };
}

/** The labels of the instance that a task runs on. */
export function instanceLabels({ cluster, launchType, availabilityZone }: Task): Labels {
  return { cluster, launch_type: launchType, availability_zone: availabilityZone };
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

function rowsOf(
  identity: Identity | undefined,
  reading: Reading,
  start: number | undefined,
): Row[] {
  return knownValues(reading).map(({ value, labels }) => ({
    ...(identity && { identity }),
    labels,
    value,
    start,
  }));
}

function revisionLabels({ task: { family, revision } }: TaskFigures): Labels {
  return { task_family: family, task_revision: revision };
}
