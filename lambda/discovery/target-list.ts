import type { Labels } from '../model/samples/sample.ts';
import type { Config, ScrapeJob, TaskDiscovery } from '../model/settings/config.ts';
import type { LeftOut, LeftOutSubject, SkipReason } from '../model/targets/left-out.ts';
import { shownUrl } from '../model/targets/shown-url.ts';
import type { Target } from '../model/targets/target.ts';
import type { KnownTasks } from '../model/targets/tasks.ts';
import type { DiscoveryError } from './aws/api-calls.ts';
import type { AccountTargets } from './ecs/cluster/account-region.ts';
import type { Cluster } from './ecs/cluster/cluster.ts';
import { nameIn } from './ecs/cluster/described-task.ts';
import { hostPort } from './ecs/cluster/network.ts';
import { LeftOutTally } from './found/left-out.ts';
import { type FoundTarget, META, METRICS_PATH } from './found/target.ts';
import { idleEntries, idleSources } from './idle-parts.ts';
import { discoveredLabels, toTarget, withinLimit } from './job-target.ts';
import { withNeighbours } from './neighbours.ts';
import type { JobTargets } from './sources/sources.ts';
import { staticTargets } from './sources/static.ts';
import type { Origin, Origins } from './stopped-targets.ts';

/** The default path for telling targets of the same address apart, as in the CloudWatch Agent. */
const DEFAULT_PATH = '/metrics';

/** The targets of all jobs. */
export interface TargetList {
  /** Each `id` once. */
  readonly targets: readonly Target[];
  /** All running tasks of the clusters, with and without targets. */
  readonly tasks: KnownTasks;
  /** Tasks and containers that should be scraped but are not targets. */
  readonly leftOut: readonly LeftOut[];
  /** Parts of the configuration without targets, in words, if everything could be read. */
  readonly idle: readonly string[];
  readonly errors: readonly DiscoveryError[];
}

/** A found target and the cluster that its task runs in. */
export interface LocatedTarget {
  readonly target: FoundTarget;
  readonly cluster?: Cluster;
}

/** The answer of the AWS APIs for one kind of targets. */
interface Found {
  readonly found: readonly AccountTargets[];
}

/** The parts that targets are made of. */
export interface TargetParts {
  /** The parts of `ecs_service_discovery`, as `entryNames` returns them. */
  readonly entries: readonly string[];
  /** Of `ecs_service_discovery`. */
  readonly containers: Found;
  /** Of each entry of `aws_sd_configs`, several of which may share one. Their addresses have no port. */
  readonly tasks: ReadonlyMap<TaskDiscovery, Found>;
  /** From files and servers. */
  readonly listed: JobTargets;
}

/** An address that discovery found for a job, and what the job made of it. */
export interface FoundForJob {
  /** Name of the entry of `scrape_configs`. */
  readonly job: string;
  /** The labels before relabeling, those that begin with `__` among them. */
  readonly labels: Labels;
  /** The target, or the reason why there is none. */
  readonly made: Target | SkipReason;
}

/**
 * The targets of every job, in the order of the jobs: those of `ecs_service_discovery`, its static ones, the listed ones,
 * then those of its `aws_sd_configs`.
 */
export function listTargets(
  jobs: Config['jobs'],
  parts: TargetParts,
  onFound?: (found: FoundForJob) => void,
): { list: TargetList; origins: Origins } {
  const accounts = [...new Set([parts.containers, ...parts.tasks.values()])].flatMap(
    ({ found }) => found,
  );
  const clusters = accounts.flatMap((account) => account.clusters);
  const leftOut = new LeftOutTally();
  for (const part of [...accounts, ...clusters]) leftOut.addAll(part.leftOut);
  const { located, duplicates } = distinctTargets(clustersOf(parts.containers));
  // The agent identifies its targets by their URLs, Prometheus also by their labels.
  const ofAgent: ReadonlySet<LocatedTarget> = new Set(located);
  for (const each of duplicates) leftOut.add({ reason: 'duplicate', subject: subjectOf(each) });
  const idle = [...idleEntries(parts.entries, clustersOf(parts.containers), located.length > 0)];
  const targets: Target[] = [];
  const byId = new Map<string, Target>();
  const origins = new Map<string, Origin>();
  for (const job of jobs) {
    const ofJob: Target[] = [];
    const ofSources = locatedTargets(job, located, parts);
    const isIdle = ofSources.length === 0 && !job.discovered;
    idle.push(...(isIdle ? idleSources(job) : []));
    for (const each of ofSources) {
      const { target: found, cluster } = each;
      const made = toTarget(found, job);
      onFound?.({ job: job.name, labels: discoveredLabels(found, job), made });
      if (typeof made === 'string') {
        leftOut.add({ reason: made, subject: subjectOf(each, job) });
        continue;
      }
      const first = byId.get(made.id);
      const isOther = first !== undefined && !ofAgent.has(each) && !sameLabels(first, made);
      const id = isOther ? `${made.id} ${labelsText(made)}` : made.id;
      const target = withNeighbours({ ...made, id }, found, job);
      if (byId.has(target.id)) {
        leftOut.add({ reason: 'duplicate', subject: subjectOf(each, job) });
      } else {
        const { taskArn } = found;
        byId.set(target.id, target);
        ofJob.push(target);
        const task = cluster && taskArn !== undefined ? { cluster, arn: taskArn } : undefined;
        origins.set(target.id, { entry: job.name, task, found });
      }
    }
    targets.push(...withinLimit(ofJob, job));
  }
  const errors = [...accounts, ...clusters, parts.listed].flatMap((failed) => failed.errors);
  return {
    list: {
      targets,
      tasks: new Map(clusters.flatMap((cluster) => [...cluster.tasks])),
      leftOut: leftOut.list(),
      idle: errors.length > 0 ? [] : idle,
      errors,
    },
    origins,
  };
}

function sameLabels(one: Target, other: Target): boolean {
  return labelsText(one) === labelsText(other);
}

/** Sorted, so that the order of the labels does not matter. */
function labelsText({ labels }: Target): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Names an address that a job makes no target of. */
function subjectOf({ target, cluster }: LocatedTarget, job?: ScrapeJob): LeftOutSubject {
  const { address, labels, taskArn } = target;
  const { TaskDefinitionFamily: family, TaskRevision: revision } = labels;
  return {
    job: job?.name,
    container: labels.container_name,
    definition: family ? `${family}:${revision}` : nameIn(labels[`${META}ecs_task_definition`]),
    service: labels.ServiceName ?? labels[`${META}ecs_service`],
    cluster: cluster?.name,
    task: nameIn(taskArn),
    // A file or a server may give a whole URL.
    address: shownUrl(address),
  };
}

/** Each address and path once: as in the CloudWatch Agent the first target stays, and later ones are not merged into it. */
export function distinctTargets(clusters: AccountTargets['clusters']): {
  located: readonly LocatedTarget[];
  duplicates: readonly LocatedTarget[];
} {
  const located = new Map<string, LocatedTarget>();
  const duplicates: LocatedTarget[] = [];
  for (const { cluster, found } of clusters) {
    for (const target of found) {
      const identity = `${target.address}${target.labels[METRICS_PATH] ?? DEFAULT_PATH}`;
      if (located.has(identity)) duplicates.push({ target, cluster });
      else located.set(identity, { target, cluster });
    }
  }
  return { located: [...located.values()], duplicates };
}

function locatedTargets(
  job: ScrapeJob,
  discovered: readonly LocatedTarget[],
  { tasks, listed: { byJob } }: TargetParts,
): LocatedTarget[] {
  const ofJob = [...staticTargets(job), ...(byJob.get(job) ?? [])].map((target) => ({ target }));
  const ofTasks = job.taskDiscoveries.flatMap((entry) => taskTargets(entry, tasks.get(entry)));
  return [...(job.discovered ? discovered : []), ...ofJob, ...ofTasks];
}

function taskTargets({ port }: TaskDiscovery, found: Found | undefined): LocatedTarget[] {
  if (found === undefined) return [];
  return clustersOf(found).flatMap(({ cluster, found: targets }) =>
    targets.map((target) => ({
      target: { ...target, address: hostPort(target.address, port) },
      cluster,
    })),
  );
}

function clustersOf({ found }: Found): AccountTargets['clusters'] {
  return found.flatMap((account) => account.clusters);
}
