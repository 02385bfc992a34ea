import type { DropReason } from '../model/samples/drops.ts';
import { quote } from '../model/samples/quote.ts';
import type { Sample } from '../model/samples/sample.ts';
import type { Division, TaskPart } from '../model/targets/division.ts';
import { shownUrl } from '../model/targets/shown-url.ts';
import type { Target } from '../model/targets/target.ts';
import type { KnownTasks, ToldTask } from '../model/targets/tasks.ts';
import type { Step } from '../model/waiting/turn.ts';
import { ToldSeriesReader } from './told-series.ts';

/** Most tasks of one daemon: several times as many as an instance can run with a network interface each. */
const MAX_TASKS = 500;

/** An id of ECS: hexadecimal digits, which older ones group with hyphens. */
const TASK_ID = /^[\w-]{1,64}$/;

/** The targets and tasks of a cycle. */
export interface TasksOfCycle {
  readonly targets: readonly Target[];
  /** @default unknown */
  readonly tasks?: KnownTasks | undefined;
}

/** The part of a page about one task. */
interface Told {
  readonly task: ToldTask;
  readonly samples: Sample[];
}

/** The reason for refusing a task: the reason for its samples, and the same in words. */
type Refused = readonly [reason: DropReason, why: string];

/**
 * Divides the pages of daemons, which report all tasks of their instances, into the parts that each task's own sidecar
 * would report. One instance lives as long as its collector.
 */
export class Divider {
  readonly #reader = new ToldSeriesReader();
  /** Of each daemon: the targets of the tasks on its last page that have no sidecar. */
  readonly #last = new Map<string, readonly Target[]>();
  #known: KnownTasks = new Map();
  /** Targets of tasks that have a sidecar, by the ids of the tasks. */
  #sidecars: ReadonlyMap<string, Target> = new Map();
  /** The daemon that reported each task in this cycle, by the id of the task. */
  #tellers = new Map<string, Target>();

  /** Begins a cycle. */
  begin({ targets, tasks = new Map() }: TasksOfCycle): void {
    this.#known = tasks;
    this.#tellers = new Map();
    this.#sidecars = new Map(
      targets.flatMap((target) =>
        target.history && target.place !== undefined ? [[target.place.task, target]] : [],
      ),
    );
    const ids = new Set(targets.map(({ id }) => id));
    for (const daemon of this.#last.keys()) if (!ids.has(daemon)) this.#last.delete(daemon);
  }

  /** The targets of tasks without a sidecar that daemons reported in their last answers. */
  get standing(): readonly Target[] {
    return [...this.#last.values()].flat();
  }

  /** The targets, those last that were daemons in the last cycle: then most sidecars of their tasks have answered. */
  ordered(targets: readonly Target[]): readonly Target[] {
    const daemons = targets.filter(({ id }) => this.#last.has(id));
    if (daemons.length === 0) return targets;
    return [...targets.filter(({ id }) => !this.#last.has(id)), ...daemons];
  }

  /** The number of targets that one stands for, including itself, by the ECS API and its last page. */
  weightOf({ id, place }: Target): number {
    const last = this.#last.get(id);
    if (last === undefined || place === undefined) return 1;
    return 1 + last.filter(({ place: of }) => of?.machine === place.machine).length;
  }

  /** @throws the error of `step` */
  readonly divide = (daemon: Target, samples: readonly Sample[], step: Step): Division => {
    const own: Sample[] = [];
    const told = new Map<string, Told>();
    for (const sample of samples) {
      step();
      const { task, series } = this.#reader.read(sample.series);
      const isOwn = task === undefined || task.id === daemon.place?.task;
      const ofTask = isOwn ? own : toldOf(task, told).samples;
      ofTask.push(series === sample.series ? sample : { ...sample, series });
    }
    const parts: TaskPart[] = [];
    const refusals: Division['refusals'][number][] = [];
    for (const [index, { task, samples: ofTask }] of [...told.values()].entries()) {
      step();
      const target = index < MAX_TASKS ? this.#targetOf(task, daemon) : tooMany();
      if ('id' in target) {
        parts.push({ target, samples: ofTask, hasSidecar: this.#sidecars.has(task.id) });
        this.#tellers.set(task.id, daemon);
      } else {
        const [reason, why] = target;
        const message = `${shownUrl(daemon.url, daemon.labels)} reports task ${quote(task.id)}: ${why}`;
        refusals.push({ reason, message, series: ofTask.map(({ series }) => series) });
      }
    }
    this.#remember(daemon, parts);
    return { own, parts, refusals };
  };

  /** If a page lacks a task that still runs, it only has no new samples of it. */
  #remember({ id }: Target, parts: readonly TaskPart[]): void {
    const now = new Map(
      parts.flatMap(({ target, hasSidecar }) => (hasSidecar ? [] : [[target.id, target]])),
    );
    const before = (this.#last.get(id) ?? []).filter(
      ({ id: taskId, place }) =>
        !now.has(taskId) &&
        (parts.length === 0 || (place !== undefined && this.#known.has(place.task))),
    );
    this.#last.set(id, [...now.values(), ...before]);
  }

  #targetOf(task: ToldTask, daemon: Target): Target | Refused {
    const { id } = task;
    if (!TASK_ID.test(id)) return ['not_its_task', 'expected the id of a task'];
    const { place } = daemon;
    const known = this.#known.get(id);
    if (known !== undefined && place !== undefined && known.machine !== place.machine) {
      return ['not_its_task', `it runs on ${known.machine}, the daemon on ${place.machine}`];
    }
    const teller = this.#tellers.get(id);
    if (teller !== undefined && teller.id !== daemon.id) {
      const other = shownUrl(teller.url, teller.labels);
      return ['not_its_task', `${other} has reported it already`];
    }
    const sidecar = this.#sidecars.get(id);
    if (sidecar !== undefined) return sidecar;
    const target = daemon.neighbour?.(task);
    if (target === undefined) return ['relabeled', 'relabel_configs drop it'];
    return {
      ...target,
      place: known && { task: id, machine: known.machine },
      startedAt: known?.startedAt,
    };
  }
}

function toldOf(task: ToldTask, all: Map<string, Told>): Told {
  let told = all.get(task.id);
  if (told === undefined) {
    told = { task, samples: [] };
    all.set(task.id, told);
  }
  return told;
}

function tooMany(): Refused {
  return ['not_its_task', `expected at most ${MAX_TASKS} tasks of one daemon`];
}
