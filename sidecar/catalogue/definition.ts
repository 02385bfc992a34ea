import type { Family, Labels, Row } from '../exposition.ts';
import type { Based } from '../figures/based.ts';
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

type Readers = Pick<Definition, 'container' | 'task'>;

export function gauge(name: string, help: string, readers: Readers): Definition {
  return { name, type: 'gauge', help, ...readers };
}

export function counter(name: string, help: string, readers: Readers): Definition {
  return { name, type: 'counter', help, ...readers };
}

/** A value whose base is a label. */
export function withBase(figure: Based | undefined): Reading {
  return figure && { value: figure.value, labels: { base: figure.base } };
}

/** The families of the observation: rows of all containers but the internal ones, then that of the task. */
export function familiesOf(
  definitions: readonly Definition[],
  { task, containers }: Observation,
  now: number,
): Family[] {
  const { family, revision } = task.task;
  const taskLabels = { task_family: family, task_revision: revision };
  const ofTask = { container_name: TASK, container_id: TASK, ...taskLabels };
  const shown = containers
    .filter(({ container }) => !container.internal)
    .map((figures) => ({
      figures,
      identity: {
        container_name: figures.container.name,
        container_id: figures.container.id.slice(0, CONTAINER_ID_LENGTH),
        ...taskLabels,
      },
    }));
  return definitions.map(({ container, task: readTask, ...family }) => {
    const rows: Row[] = [];
    if (container !== undefined) {
      for (const { figures, identity } of shown) {
        rows.push(...rowsOf(identity, container(figures, now)));
      }
    }
    if (readTask !== undefined) rows.push(...rowsOf(ofTask, readTask(task)));
    return { ...family, rows };
  });
}

function rowsOf(identity: Labels, reading: Reading): Row[] {
  return valuesOf(reading).flatMap(({ value, labels }) =>
    value === undefined || !Number.isFinite(value)
      ? []
      : [{ labels: { ...identity, ...labels }, value }],
  );
}

function valuesOf(reading: Reading): readonly LabelledValue[] {
  if (reading === undefined || typeof reading === 'number') return [{ value: reading, labels: {} }];
  return 'value' in reading ? [reading] : reading;
}
