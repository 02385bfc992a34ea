import { type Labels, labelsOf, type Series } from '../model/samples/sample.ts';
import type { ToldTask } from '../model/targets/tasks.ts';

const TASK_ID = 'task_id';

/** Labels that a daemon adds to those of a task's own sidecar: docs/sidecar.md. */
const ADDED: ReadonlySet<string> = new Set([
  ...[TASK_ID, 'service_name', 'cluster', 'launch_type', 'availability_zone'],
]);

/** The one series of a task that also has these labels on a sidecar. */
const INFO = 'ee_task_info';

/** A series of a daemon's page. */
export interface ToldSeries {
  /** Absent for a series of the daemon itself, or of its instance. */
  readonly task?: ToldTask | undefined;
  /** The series as the task's own sidecar would report it. */
  readonly series: Series;
}

/** Finds the tasks of series. A series that is the same object again costs only a lookup. */
export class ToldSeriesReader {
  /** Weak: the decoder remembers series for as long as they come. */
  readonly #known = new WeakMap<Series, ToldSeries>();

  read(series: Series): ToldSeries {
    let told = this.#known.get(series);
    if (told === undefined) {
      told = toldSeries(series);
      this.#known.set(series, told);
    }
    return told;
  }
}

function toldSeries(series: Series): ToldSeries {
  const { name, labels } = series;
  const task = taskOf(labels);
  if (task === undefined || name === INFO) return { task, series };
  const kept = Object.entries(labels).filter(([label]) => !ADDED.has(label));
  return { task, series: { ...series, labels: labelsOf(Object.fromEntries(kept)) } };
}

function taskOf(labels: Labels): ToldTask | undefined {
  const id = labels[TASK_ID];
  if (!id) return undefined;
  return {
    id,
    family: labels.task_family || undefined,
    revision: labels.task_revision || undefined,
    service: labels.service_name || undefined,
    cluster: labels.cluster || undefined,
    launchType: labels.launch_type || undefined,
    availabilityZone: labels.availability_zone || undefined,
  };
}
