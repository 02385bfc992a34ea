import { ListClustersCommand } from '@aws-sdk/client-ecs';
import { clusterNameOf, isClusterPattern } from '../../../model/settings/cluster-selector.ts';
import type { ApiCalls, DiscoveryError } from '../../aws/api-calls.ts';
import type { EcsSender } from '../../aws/clients.ts';
import { readPages } from '../../aws/pages.ts';

/**
 * The largest page of ListClusters.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html
 */
export const LIST_CLUSTERS_PAGE = 100;

/** The clusters that a source selects in an account and Region. */
export class ClusterList {
  readonly #ecs: EcsSender;
  readonly #plain: readonly string[];
  readonly #patterns: readonly string[];
  readonly #keepMs: number;
  /** ARNs of the clusters that the patterns matched at the last complete listing. */
  #selected: readonly string[] = [];
  #listedAt = 0;

  /** @param keepMs milliseconds for which the last matches stay in use if the clusters cannot be listed */
  constructor(ecs: EcsSender, selectors: readonly string[], keepMs: number) {
    this.#ecs = ecs;
    this.#keepMs = keepMs;
    this.#plain = selectors.filter((selector) => !isClusterPattern(selector));
    this.#patterns = selectors.filter(isClusterPattern);
  }

  /** Names or ARNs, each cluster once. Calls the ECS API only for patterns. */
  async read(now: number, calls: ApiCalls): Promise<ListedClusters> {
    if (this.#patterns.length === 0) return { clusters: distinct(this.#plain), errors: [] };
    const { arns, complete } = await this.#list(calls);
    const select = (pattern: string) =>
      arns.filter((arn) => matches(pattern, isArn(pattern) ? arn : clusterNameOf(arn)));
    const selected = this.#patterns.flatMap(select);
    if (complete) {
      this.#selected = selected;
      this.#listedAt = now;
      const errors = this.#patterns
        .filter((pattern) => select(pattern).length === 0)
        .map(noCluster);
      return { clusters: distinct([...this.#plain, ...selected]), errors };
    }
    const kept = now - this.#listedAt > this.#keepMs ? [] : this.#selected;
    return { clusters: distinct([...this.#plain, ...selected, ...kept]), errors: [] };
  }

  async #list(calls: ApiCalls) {
    const arns: string[] = [];
    const complete = await readPages(
      'ListClusters',
      calls,
      (nextToken) => {
        const command = new ListClustersCommand({ maxResults: LIST_CLUSTERS_PAGE, nextToken });
        return calls.call('ListClusters', (options) => this.#ecs.send(command, options));
      },
      (page) =>
        arns.push(...calls.entries<string>('ListClusters', 'clusterArns', page.clusterArns)),
    );
    return { arns, complete };
  }
}

export interface ListedClusters {
  readonly clusters: readonly string[];
  readonly errors: readonly DiscoveryError[];
}

function isArn(selector: string): boolean {
  return selector.startsWith('arn:');
}

/** The first name of each cluster. */
function distinct(clusters: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const cluster of clusters) {
    const name = clusterNameOf(cluster);
    if (!byName.has(name)) byName.set(name, cluster);
  }
  return [...byName.values()];
}

/** Whether a text matches a pattern with `*` (any text) and `?` (one character). Takes time by the product of the lengths. */
export function matches(pattern: string, text: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  let position = 0;
  while (position < text.length) {
    if (pattern[at] === '*') {
      star = at;
      resume = position;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      // The last star matches one more character.
      at = star + 1;
      resume += 1;
      position = resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

function noCluster(pattern: string): DiscoveryError {
  const message = `ListClusters returned no cluster that matches ${JSON.stringify(pattern)}`;
  return { operation: 'ListClusters', code: 'NoCluster', message, count: 1 };
}
