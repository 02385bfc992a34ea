import { clusterNameOf } from '../../../model/settings/cluster-selector.ts';
import type { EcsSource } from '../../../model/settings/config.ts';
import { ApiCalls, type DiscoveryError } from '../../aws/api-calls.ts';
import type { AwsClients } from '../../aws/clients.ts';
import type { RequestBudget } from '../../aws/request-budget.ts';
import { sourceKey } from '../../found/identity.ts';
import { LeftOutTally } from '../../found/left-out.ts';
import { Cluster, type ClusterParts, type ClusterTargets } from './cluster.ts';
import { ClusterList } from './list.ts';
import type { TargetFinder } from './target-finder.ts';
import { TaskDefinitions } from './task-definitions.ts';

/** Milliseconds for which known tasks outlast failures of the APIs, if refreshes are frequent. */
export const KEPT_MS = 5 * 60_000;

/** Failed refreshes that known tasks outlast, if refreshes are rare. */
const KEPT_REFRESHES = 2;

/** The targets of an account in a Region, cluster by cluster. */
export interface AccountTargets {
  readonly clusters: readonly (ClusterTargets & { readonly cluster: Cluster })[];
  /** Errors that belong to no single cluster. */
  readonly errors: readonly DiscoveryError[];
  readonly leftOut: LeftOutTally;
}

/** The clusters of one account in one Region. */
export class AccountRegion {
  readonly #scope: string;
  readonly #parts: ClusterParts;
  readonly #list: ClusterList;
  #clusters = new Map<string, Cluster>();

  constructor(
    source: EcsSource,
    { finder, refreshMs }: { readonly finder: TargetFinder; readonly refreshMs: number },
    clients: AwsClients,
    budget: RequestBudget,
  ) {
    const { clusters, region, role } = source;
    const keepMs = Math.max(KEPT_MS, KEPT_REFRESHES * refreshMs);
    const definitions = new TaskDefinitions(clients.ecs);
    this.#scope = [region && `in ${region}`, role && `as ${role.arn}`].filter(Boolean).join(' ');
    const parts = { finder, clients, budget, definitions, keepMs };
    this.#parts = { ...parts, source: sourceKey(source) };
    this.#list = new ClusterList(clients.ecs, clusters, keepMs);
  }

  /** Finds the targets of all its clusters, each of which can fail on its own. */
  async find(now: number, signal: AbortSignal): Promise<AccountTargets> {
    const calls = new ApiCalls(this.#parts.budget, this.#scope, signal);
    const { clusters: ids, errors } = await this.#list.read(now, calls);
    this.#clusters = new Map(
      ids.map((id) => {
        const name = clusterNameOf(id);
        return [name, this.#clusters.get(name) ?? new Cluster(id, this.#parts)];
      }),
    );
    const clusters = await Promise.all(
      Array.from(this.#clusters.values(), async (cluster) => ({
        cluster,
        ...(await cluster.find(now, signal).catch((error) => defect(cluster, error))),
      })),
    );
    const inUse = clusters.flatMap(({ cluster }) => cluster.definitionsInUse);
    this.#parts.definitions.endRefresh(new Set(inUse));
    return { clusters, errors: [...calls.errors, ...errors], leftOut: calls.leftOut };
  }
}

/** Turns an unexpected error at one cluster into a result, so that the other clusters go on. */
function defect({ name }: Cluster, error: unknown): ClusterTargets {
  const message = `the discovery of ${name} failed, which is a defect of the collector: ${error}`;
  return {
    ...{ found: [], leftOut: new LeftOutTally(), entries: new Set(), running: 0, tasks: new Map() },
    errors: [{ operation: 'discover', code: 'Internal', message, count: 1 }],
  };
}
