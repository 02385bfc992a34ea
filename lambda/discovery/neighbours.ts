import { relabel } from '../model/samples/relabel.ts';
import { labelsOf } from '../model/samples/sample.ts';
import type { ScrapeJob } from '../model/settings/config.ts';
import type { Target } from '../model/targets/target.ts';
import { neighbourId, type Place, type ToldTask } from '../model/targets/tasks.ts';
import { nameIn } from './ecs/cluster/described-task.ts';
import { neighbourLabels } from './ecs/neighbour-labels.ts';
import type { FoundTarget } from './found/target.ts';
import { discoveredLabels, targetOf } from './job-target.ts';

/** The facts that a target is made of. */
export type Making = Pick<FoundTarget, 'address' | 'labels' | 'taskArn'>;

/**
 * The same target with its place, and a function that makes the targets of the tasks beside its own: if the target is
 * the daemon of an instance, it reports all of them.
 */
export function withNeighbours(
  target: Target,
  found: Making & Pick<FoundTarget, 'machine'>,
  job: ScrapeJob,
): Target {
  const place = placeOf(found);
  if (!target.history) return place === undefined ? target : { ...target, place };
  return { ...target, place, neighbour: (told) => neighbourOf(target, told, found, job) };
}

function placeOf({ taskArn, machine = taskArn }: Parameters<typeof withNeighbours>[1]) {
  const task = nameIn(taskArn);
  return task === undefined || machine === undefined
    ? undefined
    : ({ task, machine } satisfies Place);
}

/** Undefined if relabeling drops it. */
function neighbourOf(
  daemon: Target,
  told: ToldTask,
  found: Making,
  job: ScrapeJob,
): Target | undefined {
  const labels = neighbourLabels(found, told);
  const relabeled = relabel(
    discoveredLabels({ address: found.address, labels }, job),
    job.relabeling,
  );
  if (relabeled === undefined) return undefined;
  const visible = Object.entries(relabeled).filter(([name]) => !name.startsWith('__'));
  const own = labelsOf(Object.fromEntries(visible));
  const { instance: ofDaemon = found.address } = daemon.labels;
  const { instance = ofDaemon } = own;
  // All of them have the daemon's address, but receivers of samples need an instance for each.
  own.instance = instance === ofDaemon ? `${instance}/${told.id}` : instance;
  return targetOf(job, {
    id: neighbourId(daemon.id, told.id),
    job: own.job ?? job.name,
    url: daemon.url,
    labels: own,
    timeoutMs: daemon.limits.timeoutMs,
  });
}
