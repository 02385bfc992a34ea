import type { Config, TaskDiscovery } from '../model/settings/config.ts';
import type { Clock } from '../model/waiting/clock.ts';
import type { AwsClientsOf } from './aws/clients.ts';
import { entryNames } from './ecs/candidates.ts';
import type { EcsListing, Listed } from './ecs/listing.ts';
import { EcsListings } from './ecs/listings.ts';
import { type ListedTarget, listed } from './listed-target.ts';
import type { Fetch } from './sources/http.ts';
import { type JobTargets, TargetSources } from './sources/sources.ts';
import { type Origins, type StoppedTargets, stoppedAmong } from './stopped-targets.ts';
import { type FoundForJob, listTargets, type TargetList } from './target-list.ts';

/**
 * Most milliseconds of a refresh: enough for 10,000 tasks, and if the ECS API is silent, enough remains to scrape the
 * known targets.
 */
export const REFRESH_TIMEOUT_MS = 20_000;

export interface DiscoveryOptions {
  readonly config: Pick<Config, 'discovery' | 'jobs'>;
  readonly clientsOf: AwsClientsOf;
  /** For `http_sd_configs`. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Most milliseconds of a refresh. @default 20000 */
  readonly refreshTimeoutMs?: number;
  /** Called for each address of each job, for people who want to know what relabeling does. */
  readonly onFound?: ((found: FoundForJob) => void) | undefined;
}

/** The discovered targets, as of the last refresh. */
export interface Discovered extends TargetList {
  /** Milliseconds since the epoch: the beginning of that refresh. */
  readonly refreshedAt: number;
}

export interface Discovery {
  /**
   * All targets, always with the static ones. Asks the AWS APIs every `discovery.refreshMs`, sooner after an incomplete
   * answer, and at each call while they give nothing but errors. In between, and for tasks that the API cannot tell
   * about, the last answer stays in use. Never rejects.
   */
  discover(signal: AbortSignal): Promise<Discovered>;
  /**
   * Asks the ECS API, a hundred tasks a call, which of these targets of the last `discover` have stopped since. A
   * target that it cannot tell about counts as running. Never rejects.
   */
  stopped(targetIds: readonly string[], signal: AbortSignal): Promise<StoppedTargets>;
  /** The targets of the last `discover`, in a form for another process. */
  list(): readonly ListedTarget[];
  /**
   * The discovery of another configuration, which takes over the memory of this one. The caller must not use this one
   * again.
   */
  reconfigured(config: DiscoveryOptions['config']): Discovery;
}

/** The parts that targets are made of. */
interface Parts {
  /** The parts of `ecs_service_discovery`. */
  readonly entries: readonly string[];
  /** Of `ecs_service_discovery`. */
  readonly containers: Listed;
  readonly tasks: ReadonlyMap<TaskDiscovery, Listed>;
  readonly listed: JobTargets;
}

/** Discovers the targets of a configuration. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { clientsOf, clock, fetch } = options;
  return discoveryOf(options, new EcsListings(clientsOf, clock), new TargetSources(fetch));
}

function discoveryOf(
  options: DiscoveryOptions,
  listings: EcsListings,
  sources: TargetSources,
): Discovery {
  const { config, clock, refreshTimeoutMs = REFRESH_TIMEOUT_MS } = options;
  const configured = listings.for(config);
  const entries = config.discovery ? entryNames(config.discovery) : [];
  const others = sources.for(config.jobs);
  let last: (Parts & { readonly discovered: Discovered }) | undefined;
  let origins: Origins = new Map();
  return {
    discover: async (signal) => {
      const now = clock.now();
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(refreshTimeoutMs)]);
      const [containers, tasks, listed] = await Promise.all([
        configured.containers.read(now, deadline),
        readAll(configured.tasks, now, deadline),
        others.find(now, deadline),
      ]);
      const parts = { entries, containers, tasks, listed };
      // Equal parts make equal targets, and thousands of URLs take a while.
      if (last === undefined || !areSame(last, parts)) {
        const { list, origins: ofTargets } = listTargets(config.jobs, parts, options.onFound);
        origins = ofTargets;
        const refreshedAt = Math.max(...[containers, ...tasks.values()].map(({ at }) => at));
        last = { ...parts, discovered: { ...list, refreshedAt } };
      }
      return last.discovered;
    },
    list: () => (last?.discovered.targets ?? []).map((target) => listed(target, origins)),
    stopped: (targetIds, signal) => stoppedAmong(targetIds, origins, signal),
    reconfigured: (other) => discoveryOf({ ...options, config: other }, listings, sources),
  };
}

async function readAll(
  listings: ReadonlyMap<TaskDiscovery, EcsListing>,
  now: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<TaskDiscovery, Listed>> {
  // Several entries may share a listing, which is read once.
  const reading = new Map<EcsListing, Promise<Listed>>();
  for (const listing of listings.values()) {
    if (!reading.has(listing)) reading.set(listing, listing.read(now, signal));
  }
  const read = new Map<TaskDiscovery, Listed>();
  for (const [entry, listing] of listings) {
    const listed = await reading.get(listing);
    if (listed !== undefined) read.set(entry, listed);
  }
  return read;
}

function areSame(one: Parts, other: Parts): boolean {
  return (
    one.containers === other.containers &&
    one.listed === other.listed &&
    [...one.tasks].every(([entry, listed]) => other.tasks.get(entry) === listed)
  );
}
