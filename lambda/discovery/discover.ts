import type { AssumedRole, Config } from '../model/config.ts';
import { AccountRegion } from './account-region.ts';
import type { AwsClientsOf } from './aws-clients.ts';
import type { Clock } from './clock.ts';
import { arnParts } from './described-task.ts';
import { RequestBudget } from './request-budget.ts';
import { type Origins, type StoppedTargets, stoppedAmong } from './stopped-targets.ts';
import { listTargets, type TargetList } from './target-list.ts';

/** Milliseconds of a refresh: enough for 10,000 tasks, and a silent ECS API leaves time to scrape what is known. */
export const REFRESH_TIMEOUT_MS = 20_000;

/**
 * Milliseconds by which a refresh may come early, at most half of `refreshMs`: a schedule of one cycle a minute does not
 * fire to the second, and without this a `sd_frequency` of 1m would give every other cycle the last cycle's tasks.
 */
const REFRESH_TOLERANCE_MS = 10_000;

/** Milliseconds after which a refresh that was not complete is done again, where `refreshMs` is longer. */
const REPAIR_MS = 30_000;

export interface DiscoveryOptions {
  readonly config: Pick<Config, 'discovery' | 'jobs'>;
  readonly clientsOf: AwsClientsOf;
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

/** Discovers the targets of a configuration. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { config, clock, refreshTimeoutMs = REFRESH_TIMEOUT_MS } = options;
  const accounts = accountsOf(options);
  const refreshMs = config.discovery?.refreshMs ?? Infinity;
  const goodForMs = refreshMs - Math.min(REFRESH_TOLERANCE_MS, refreshMs / 2);
  let last: Discovered | undefined;
  let origins: Origins = new Map();
  return {
    discover: async (signal) => {
      const startedAt = clock.now();
      if (last !== undefined && startedAt - last.refreshedAt < lifetimeOf(last, goodForMs)) {
        return last;
      }
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(refreshTimeoutMs)]);
      const found = await Promise.all(accounts.map((account) => account.find(startedAt, deadline)));
      const { list, origins: ofTargets } = listTargets(config.jobs, found);
      origins = ofTargets;
      last = { ...list, refreshedAt: startedAt };
      return last;
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

/** Milliseconds that an answer is good for. */
function lifetimeOf({ targets, errors }: Discovered, goodForMs: number): number {
  if (errors.length === 0) return goodForMs;
  return targets.length === 0 ? 0 : Math.min(goodForMs, REPAIR_MS);
}
