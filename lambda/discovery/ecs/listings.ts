import type { Config, EcsDiscoveryConfig, TaskDiscovery } from '../../model/settings/config.ts';
import type { Clock } from '../../model/waiting/clock.ts';
import type { AwsClientsOf } from '../aws/clients.ts';
import { RequestBudget } from '../aws/request-budget.ts';
import { identityOf } from '../found/identity.ts';
import { AccountRegion } from './cluster/account-region.ts';
import { arnParts } from './cluster/described-task.ts';
import type { TargetFinder } from './cluster/target-finder.ts';
import { EcsListing } from './listing.ts';
import { containerFinder } from './targets.ts';
import { taskFinder } from './task-finder.ts';

/** The listings that a configuration needs. */
export interface ConfiguredListings {
  /** Of `ecs_service_discovery`; empty if that is off. */
  readonly containers: EcsListing;
  /** Of the entries of `aws_sd_configs`, several of which may share one. */
  readonly tasks: ReadonlyMap<TaskDiscovery, EcsListing>;
}

type Sources = Pick<EcsDiscoveryConfig | TaskDiscovery, 'sources' | 'refreshMs'>;

/**
 * The listings of one configuration after another: equal requests keep their caches, and all configurations share the
 * request rates of the account.
 */
export class EcsListings {
  readonly #clientsOf: AwsClientsOf;
  readonly #clock: Clock;
  readonly #budgets = new Map<string, RequestBudget>();
  #known: ReadonlyMap<string, EcsListing> = new Map();

  constructor(clientsOf: AwsClientsOf, clock: Clock) {
    this.#clientsOf = clientsOf;
    this.#clock = clock;
  }

  /** The listings for `config`; it drops listings that only an earlier configuration needed. */
  for({ discovery, jobs }: Pick<Config, 'discovery' | 'jobs'>): ConfiguredListings {
    const inUse = new Map<string, EcsListing>();
    const listing = (sources: Sources, what: unknown, finder: () => TargetFinder): EcsListing => {
      const key = identityOf(sources.sources, sources.refreshMs, what);
      const known = inUse.get(key) ?? this.#known.get(key) ?? this.#make(sources, finder());
      inUse.set(key, known);
      return known;
    };
    const containers = discovery
      ? listing(discovery, discovery, () => containerFinder(discovery))
      : new EcsListing([], Infinity);
    const tasks = new Map<TaskDiscovery, EcsListing>();
    for (const entry of jobs.flatMap((job) => job.taskDiscoveries)) {
      const { lookups } = entry;
      tasks.set(
        entry,
        listing(entry, lookups, () => taskFinder(lookups)),
      );
    }
    this.#known = inUse;
    return { containers, tasks };
  }

  #make({ sources, refreshMs }: Sources, finder: TargetFinder): EcsListing {
    const accounts = sources.map((source) => {
      // Empty for the collector's own account, whose number is unknown.
      const { account } = arnParts(source.role?.arn);
      const key = `${source.region} ${account}`;
      const budget = this.#budgets.get(key) ?? new RequestBudget(this.#clock);
      this.#budgets.set(key, budget);
      return new AccountRegion(source, { finder, refreshMs }, this.#clientsOf(source), budget);
    });
    return new EcsListing(accounts, refreshMs);
  }
}
