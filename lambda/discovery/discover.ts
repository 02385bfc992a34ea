import type { Config } from '../model/config.ts';
import type { Target } from '../model/target.ts';
import { Cluster, type ClusterTargets } from './cluster.ts';
import type { DiscoveryError, EcsSender } from './ecs-calls.ts';
import type { SkipReason } from './found-target.ts';
import type { Fetch } from './http-source.ts';
import { toTarget, withinLimit } from './job-target.ts';
import { goodForMs } from './refresh.ts';
import { staticTargets } from './static.ts';
import { type JobTargets, TargetSources } from './target-sources.ts';

/** Milliseconds of a refresh: enough for 10,000 tasks, and a silent ECS API leaves time to scrape what is known. */
const REFRESH_TIMEOUT_MS = 15_000;

const NO_CLUSTER: ClusterTargets = { found: [], skipped: [], errors: [] };

export interface DiscoveryOptions {
  readonly config: Pick<Config, 'discovery' | 'jobs'>;
  readonly ecs: EcsSender;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** For `http_sd_configs`. */
  readonly fetch: Fetch;
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

/** What a refresh found in the cluster, and when it began. */
interface Refreshed {
  readonly cluster: ClusterTargets;
  readonly at: number;
}

/** What targets were made of. */
interface Joined {
  readonly refreshed: Refreshed;
  readonly listed: JobTargets;
}

/** Discovers the targets of a configuration. */
export function createDiscovery({
  config: { discovery, jobs },
  ecs,
  fetch,
  now,
  refreshTimeoutMs = REFRESH_TIMEOUT_MS,
}: DiscoveryOptions): Discovery {
  const cluster = discovery && new Cluster(ecs, discovery);
  const freshMs = goodForMs(discovery?.refreshMs ?? Infinity);
  const sources = new TargetSources(jobs, fetch);
  let refreshed: Refreshed | undefined;
  let last: (Joined & { readonly discovered: Discovered }) | undefined;
  return {
    discover: async (signal) => {
      const startedAt = now();
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(refreshTimeoutMs)]);
      const reading = sources.find(startedAt, deadline);
      if (!refreshed || isFruitless(refreshed.cluster) || startedAt - refreshed.at >= freshMs) {
        const found = await cluster?.find(startedAt, deadline);
        refreshed = { cluster: found ?? NO_CLUSTER, at: startedAt };
      }
      const listed = await reading;
      // The same parts make the same targets, and thousands of URLs take a while.
      if (last?.refreshed !== refreshed || last.listed !== listed) {
        const targets = join(jobs, refreshed.cluster, listed);
        const discovered = { ...targets, refreshedAt: refreshed.at };
        last = { refreshed, listed, discovered };
      }
      return last.discovered;
    },
  };
}

/** Whether there is nothing that would be worth waiting with until the next refresh. */
function isFruitless({ found, errors }: ClusterTargets): boolean {
  return found.length === 0 && errors.length > 0;
}

/** The targets of every job, in the order of the jobs. */
function join(
  jobs: Config['jobs'],
  cluster: ClusterTargets,
  { byJob, errors }: JobTargets,
): Pick<Discovered, 'targets' | 'skipped' | 'errors'> {
  const targets: Target[] = [];
  const ids = new Set<string>();
  const skipped = [...cluster.skipped];
  for (const job of jobs) {
    const ofJob: Target[] = [];
    const ofCluster = job.discovered ? cluster.found : [];
    for (const found of [...ofCluster, ...staticTargets(job), ...(byJob.get(job) ?? [])]) {
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
  return { targets, skipped: countsOf(skipped), errors: [...cluster.errors, ...errors] };
}

function countsOf(reasons: readonly SkipReason[]): Discovered['skipped'] {
  const counts: Partial<Record<SkipReason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
