import type { Config, ScrapeJob, TaskDiscovery } from '../model/config.ts';
import type { Target } from '../model/target.ts';
import type { AccountTargets } from './account-region.ts';
import type { DiscoveryError } from './api-calls.ts';
import type { Cluster } from './cluster.ts';
import { type FoundTarget, METRICS_PATH, type SkipReason } from './found-target.ts';
import { toTarget, withinLimit } from './job-target.ts';
import { hostPort } from './network.ts';
import { staticTargets } from './static.ts';
import type { Origin, Origins } from './stopped-targets.ts';
import type { JobTargets } from './target-sources.ts';

/** The path that tells targets of the same address apart where none is configured, as in the CloudWatch Agent. */
const DEFAULT_PATH = '/metrics';

/** The targets of all jobs. */
export interface TargetList {
  /** Each `id` once. */
  readonly targets: readonly Target[];
  /** What asks to be scraped and is no target, by reason. */
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  readonly errors: readonly DiscoveryError[];
}

/** A found target and the cluster that its task runs in. */
export interface LocatedTarget {
  readonly target: FoundTarget;
  readonly cluster?: Cluster;
}

/** What the AWS APIs offer for one kind of targets. */
interface Found {
  readonly found: readonly AccountTargets[];
}

/** What targets are made of. */
export interface TargetParts {
  /** Of `ecs_service_discovery`. */
  readonly containers: Found;
  /** Of each entry of `aws_sd_configs`, of which several may have the same. Their addresses have no port. */
  readonly tasks: ReadonlyMap<TaskDiscovery, Found>;
  /** From files and servers. */
  readonly listed: JobTargets;
}

/**
 * The targets of every job, in the order of the jobs: those of `ecs_service_discovery`, its static ones, the listed ones,
 * then those of its `aws_sd_configs`.
 */
export function listTargets(
  jobs: Config['jobs'],
  parts: TargetParts,
): { list: TargetList; origins: Origins } {
  const accounts = [...new Set([parts.containers, ...parts.tasks.values()])].flatMap(
    ({ found }) => found,
  );
  const clusters = accounts.flatMap((account) => account.clusters);
  const { located, duplicates } = distinctTargets(clustersOf(parts.containers));
  const skipped = [...clusters.flatMap((cluster) => cluster.skipped), ...duplicates];
  const targets: Target[] = [];
  const ids = new Set<string>();
  const origins = new Map<string, Origin>();
  for (const job of jobs) {
    const ofJob: Target[] = [];
    for (const { target: found, cluster } of locatedTargets(job, located, parts)) {
      const target = toTarget(found, job);
      if (typeof target === 'string') {
        skipped.push(target);
      } else if (ids.has(target.id)) {
        skipped.push('duplicate');
      } else {
        const { taskArn } = found;
        ids.add(target.id);
        ofJob.push(target);
        const task = cluster && taskArn !== undefined ? { cluster, arn: taskArn } : undefined;
        origins.set(target.id, { entry: job.name, task });
      }
    }
    targets.push(...withinLimit(ofJob, job));
  }
  const errors = [...accounts, ...clusters, parts.listed].flatMap((failed) => failed.errors);
  return {
    list: { targets, skipped: countsOf(skipped), errors },
    origins,
  };
}

/**
 * Each address and path once: as in the CloudWatch Agent the first target stays, and later ones are not merged with it.
 */
export function distinctTargets(clusters: AccountTargets['clusters']): {
  located: readonly LocatedTarget[];
  duplicates: readonly SkipReason[];
} {
  const located = new Map<string, LocatedTarget>();
  const duplicates: SkipReason[] = [];
  for (const { cluster, found } of clusters) {
    for (const target of found) {
      const identity = `${target.address}${target.labels[METRICS_PATH] ?? DEFAULT_PATH}`;
      if (located.has(identity)) duplicates.push('duplicate');
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

function countsOf(reasons: readonly SkipReason[]): TargetList['skipped'] {
  const counts: Partial<Record<SkipReason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
