import type { Config, ScrapeJob } from '../model/config.ts';
import type { Target } from '../model/target.ts';
import type { AccountTargets } from './account-region.ts';
import type { DiscoveryError } from './api-calls.ts';
import type { Cluster } from './cluster.ts';
import { type FoundTarget, METRICS_PATH, type SkipReason } from './found-target.ts';
import { toTarget, withinLimit } from './job-target.ts';
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

/** The targets of every job, in the order of the jobs: those of ECS discovery, its static ones, then the listed ones. */
export function listTargets(
  jobs: Config['jobs'],
  accounts: readonly AccountTargets[],
  listed: JobTargets,
): { list: TargetList; origins: Origins } {
  const clusters = accounts.flatMap((account) => account.clusters);
  const { located, duplicates } = distinctTargets(clusters);
  const skipped = [...clusters.flatMap((cluster) => cluster.skipped), ...duplicates];
  const targets: Target[] = [];
  const ids = new Set<string>();
  const origins = new Map<string, Origin>();
  for (const job of jobs) {
    const ofJob: Target[] = [];
    for (const { target: found, cluster } of locatedTargets(job, located, listed)) {
      const target = toTarget(found, job);
      if (typeof target === 'string') {
        skipped.push(target);
      } else if (ids.has(target.id)) {
        skipped.push('duplicate');
      } else {
        const { taskArn } = found;
        ids.add(target.id);
        ofJob.push(target);
        if (cluster && taskArn !== undefined) origins.set(target.id, { cluster, taskArn });
      }
    }
    targets.push(...withinLimit(ofJob, job));
  }
  const errors = [...accounts, ...clusters, listed].flatMap((failed) => failed.errors);
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
  { byJob }: JobTargets,
): LocatedTarget[] {
  const ofJob = [...staticTargets(job), ...(byJob.get(job) ?? [])].map((target) => ({ target }));
  return job.discovered ? [...discovered, ...ofJob] : ofJob;
}

function countsOf(reasons: readonly SkipReason[]): TargetList['skipped'] {
  const counts: Partial<Record<SkipReason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
