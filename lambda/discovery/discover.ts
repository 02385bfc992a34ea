import type { AssumedRole, Config } from '../model/config.ts';
import { AccountRegion, type AccountTargets } from './account-region.ts';
import type { AwsClientsOf } from './aws-clients.ts';
import type { Clock } from './clock.ts';
import { arnParts } from './described-task.ts';
import type { Fetch } from './http-source.ts';
import { goodForMs } from './refresh.ts';
import { RequestBudget } from './request-budget.ts';
import { type Origins, type StoppedTargets, stoppedAmong } from './stopped-targets.ts';
import { listTargets, type TargetList } from './target-list.ts';
import { type JobTargets, TargetSources } from './target-sources.ts';

/** Milliseconds of a refresh: enough for 10,000 tasks, and a silent ECS API leaves time to scrape what is known. */
export const REFRESH_TIMEOUT_MS = 20_000;

/** Milliseconds after which a refresh that was not complete is done again, where `refreshMs` is longer. */
const REPAIR_MS = 30_000;

export interface DiscoveryOptions {
  readonly config: Pick<Config, 'discovery' | 'jobs'>;
  readonly clientsOf: AwsClientsOf;
  /** For `http_sd_configs`. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Milliseconds that a refresh may take. @default 20000 */
  readonly refreshTimeoutMs?: number;
}

/** What was discovered, as of the last refresh. */
export interface Discovered extends TargetList {
  /** Milliseconds since the epoch: when the refresh began that this comes from. */
  readonly refreshedAt: number;
}

export interface Discovery {
  /**
   * All targets, static ones always. Asks the AWS APIs every `discovery.refreshMs`, sooner where the last answer was not
   * complete, and at each call as long as they have given nothing but errors; in between, and about tasks of which the
   * API cannot be asked, the answer is the last one. Never rejects.
   */
  discover(signal: AbortSignal): Promise<Discovered>;
  /**
   * Asks the ECS API, a hundred tasks a call, which of these targets of the last `discover` have stopped since. Those of
   * which it cannot be asked count as running. Never rejects.
   */
  stopped(targetIds: readonly string[], signal: AbortSignal): Promise<StoppedTargets>;
}

/** What a refresh found in the clusters, and when it began. */
interface Refreshed {
  readonly found: readonly AccountTargets[];
  readonly at: number;
}

/** What targets were made of. */
interface Joined {
  readonly refreshed: Refreshed;
  readonly listed: JobTargets;
}

/** Discovers the targets of a configuration. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { config, fetch, clock, refreshTimeoutMs = REFRESH_TIMEOUT_MS } = options;
  const accounts = accountsOf(options);
  const freshMs = goodForMs(config.discovery?.refreshMs ?? Infinity);
  const listings = new TargetSources(config.jobs, fetch);
  let refreshed: Refreshed | undefined;
  let last: (Joined & { readonly discovered: Discovered }) | undefined;
  let origins: Origins = new Map();
  return {
    discover: async (signal) => {
      const startedAt = clock.now();
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(refreshTimeoutMs)]);
      const reading = listings.find(startedAt, deadline);
      if (!refreshed || startedAt - refreshed.at >= lifetimeOf(refreshed.found, freshMs)) {
        const found = await Promise.all(
          accounts.map((account) => account.find(startedAt, deadline)),
        );
        refreshed = { found, at: startedAt };
      }
      const listed = await reading;
      // The same parts make the same targets, and thousands of URLs take a while.
      if (last?.refreshed !== refreshed || last.listed !== listed) {
        const { list, origins: ofTargets } = listTargets(config.jobs, refreshed.found, listed);
        origins = ofTargets;
        last = { refreshed, listed, discovered: { ...list, refreshedAt: refreshed.at } };
      }
      return last.discovered;
    },
    stopped: (targetIds, signal) => stoppedAmong(targetIds, origins, signal),
  };
}

/** Clients are made here, so that their caches and buckets live as long as the discovery. */
function accountsOf({
  config: { discovery },
  clientsOf,
  clock,
}: DiscoveryOptions): AccountRegion[] {
  if (discovery === undefined) return [];
  const budgets = new Map<string, RequestBudget>();
  return discovery.sources.map((source) => {
    const key = `${source.region} ${accountNumber(source.role)}`;
    const budget = budgets.get(key) ?? new RequestBudget(clock);
    budgets.set(key, budget);
    return new AccountRegion(source, discovery, clientsOf(source), budget);
  });
}

/** Empty for the collector's own, whose number is not known. */
function accountNumber(role: AssumedRole | undefined): string {
  return arnParts(role?.arn).account;
}

/** Milliseconds that an answer of the AWS APIs is good for. */
function lifetimeOf(sources: readonly AccountTargets[], freshMs: number): number {
  const clusters = sources.flatMap((source) => source.clusters);
  if ([...sources, ...clusters].every(({ errors }) => errors.length === 0)) return freshMs;
  return clusters.every(({ found }) => found.length === 0) ? 0 : Math.min(freshMs, REPAIR_MS);
}
