import type { Config } from '../model/config.ts';
import type { Target } from '../model/target.ts';
import { Cluster, type ClusterTargets } from './cluster.ts';
import type { DiscoveryError, EcsSender } from './ecs-calls.ts';
import type { SkipReason } from './found-target.ts';
import { toTarget, withinLimit } from './job-target.ts';
import { staticTargets } from './static.ts';

/** Milliseconds of a refresh: enough for 10,000 tasks, and a silent ECS API leaves time to scrape what is known. */
const REFRESH_TIMEOUT_MS = 15_000;

/**
 * Milliseconds by which a refresh may come early, at most half of `refreshMs`: a schedule of one cycle a minute does not
 * fire to the second, and without this a `sd_frequency` of 1m would give every other cycle the last cycle's tasks.
 */
const REFRESH_TOLERANCE_MS = 10_000;

const NO_CLUSTER: ClusterTargets = { found: [], skipped: [], errors: [] };

export interface DiscoveryOptions {
  readonly config: Pick<Config, 'discovery' | 'jobs'>;
  readonly ecs: EcsSender;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds that a refresh may take. @default 15000 */
  readonly refreshTimeoutMs?: number;
}

/** What was discovered, as of the last refresh. */
export interface Discovered {
  /** Each `id` once. */
  readonly targets: readonly Target[];
  /** What asks to be scraped and is no target, by reason. */
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  readonly errors: readonly DiscoveryError[];
  /** Milliseconds since the epoch: when the refresh began that this comes from. */
  readonly refreshedAt: number;
}

export interface Discovery {
  /**
   * All targets, static ones always. Asks the ECS API every `discovery.refreshMs`, and at each call as long as it has
   * given nothing but errors; in between, and about tasks of which the API cannot be asked, the answer is the last one. Never rejects.
   */
  discover(signal: AbortSignal): Promise<Discovered>;
}

/** Discovers the targets of a configuration. */
export function createDiscovery({
  config: { discovery, jobs },
  ecs,
  now,
  refreshTimeoutMs = REFRESH_TIMEOUT_MS,
}: DiscoveryOptions): Discovery {
  const cluster = discovery && new Cluster(ecs, discovery);
  const refreshMs = discovery?.refreshMs ?? Infinity;
  const goodForMs = refreshMs - Math.min(REFRESH_TOLERANCE_MS, refreshMs / 2);
  let last: Discovered | undefined;
  return {
    discover: async (signal) => {
      const startedAt = now();
      if (last !== undefined && !isFruitless(last) && startedAt - last.refreshedAt < goodForMs) {
        return last;
      }
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(refreshTimeoutMs)]);
      const fromCluster = await cluster?.find(startedAt, deadline);
      last = { ...join(jobs, fromCluster ?? NO_CLUSTER), refreshedAt: startedAt };
      return last;
    },
  };
}

/** Whether there is nothing that would be worth waiting with until the next refresh. */
function isFruitless({ targets, errors }: Discovered): boolean {
  return targets.length === 0 && errors.length > 0;
}

/** The targets of every job, in the order of the jobs. */
function join(
  jobs: Config['jobs'],
  cluster: ClusterTargets,
): Pick<Discovered, 'targets' | 'skipped' | 'errors'> {
  const targets: Target[] = [];
  const ids = new Set<string>();
  const skipped = [...cluster.skipped];
  for (const job of jobs) {
    const ofJob: Target[] = [];
    for (const found of [...(job.discovered ? cluster.found : []), ...staticTargets(job)]) {
      const target = toTarget(found, job);
      if (typeof target === 'string') skipped.push(target);
      else if (ids.has(target.id)) skipped.push('duplicate');
      else {
        ids.add(target.id);
        ofJob.push(target);
      }
    }
    targets.push(...withinLimit(ofJob, job));
  }
  return { targets, skipped: countsOf(skipped), errors: cluster.errors };
}

function countsOf(reasons: readonly SkipReason[]): Discovered['skipped'] {
  const counts: Partial<Record<SkipReason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
