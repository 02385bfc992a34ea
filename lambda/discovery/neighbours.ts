import { relabel } from '../model/samples/relabel.ts';
import { labelsOf } from '../model/samples/sample.ts';
import type { ScrapeJob } from '../model/settings/config.ts';
import type { Target } from '../model/targets/target.ts';
import { neighbourId, type Place, type ToldTask } from '../model/targets/tasks.ts';
import { isDaemon } from './ecs/cluster/daemon-task.ts';
import { nameIn } from './ecs/cluster/described-task.ts';
import { neighbourLabels } from './ecs/neighbour-labels.ts';
import { type FoundTarget, META } from './found/target.ts';
import { discoveredLabels, targetOf } from './job-target.ts';

/** The facts that a target is made of. */
export type Making = Pick<FoundTarget, 'address' | 'labels' | 'taskArn'>;

/**
 * Whether ECS says that a target is the task of a Managed Daemon: the owner of any other task could otherwise report tasks of
 * others by a header.
 *
 * @param labels before relabeling
 */
export function isOfDaemon({ labels }: Pick<FoundTarget, 'labels'>): boolean {
  const { [`${META}ecs_task_group`]: group, [`${META}ecs_task_definition`]: taskDefinitionArn } =
    labels;
  return isDaemon({ group, taskDefinitionArn });
}

/**
 * The same target with its place. If it is the daemon of an instance, or of no task that ECS knows, it also gets a function
 * that makes the targets of the tasks beside its own.
 */
export function withNeighbours(
  target: Target,
  found: Making & Pick<FoundTarget, 'machine'>,
  job: ScrapeJob,
): Target {
  const place = placeOf(found);
  const mayReport = target.history && (found.taskArn === undefined || isOfDaemon(found));
  if (!mayReport) return place === undefined ? target : { ...target, place };
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
