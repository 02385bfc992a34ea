import { type Labels, labelsOf, type Series } from '../model/samples/sample.ts';
import type { ToldTask } from '../model/targets/tasks.ts';

const TASK_ID = 'task_id';

/** What a daemon adds to the labels that a task's own sidecar gives: docs/sidecar.md. */
const ADDED: ReadonlySet<string> = new Set([
  ...[TASK_ID, 'service_name', 'cluster', 'launch_type', 'availability_zone'],
]);

/** The one series of a task that has these labels on a sidecar, too. */
const INFO = 'ee_task_info';

/** A series of a daemon's page. */
export interface ToldSeries {
  /** Absent: it is of the daemon itself, or of its instance. */
  readonly task?: ToldTask | undefined;
  /** As the task's own sidecar gives it. */
  readonly series: Series;
}

/** Says of which task series are. A series that is the same object again costs a look. */
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
