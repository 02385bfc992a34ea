import type { ScrapeJob } from '../model/settings/config.ts';
import { DOCKER_LABEL } from './ecs/candidates.ts';

/** Clusters that a text names. */
const MAX_NAMES = 3;

/** What is known of one cluster, as to what `ecs_service_discovery` asks for. */
export interface AskedCluster {
  readonly cluster: { readonly name: string };
  /** Those parts of the configuration that ask for some task of it, as `entryNames` calls them. */
  readonly entries: ReadonlySet<string>;
  /** Tasks in state RUNNING. */
  readonly running: number;
}

/**
 * The parts of `ecs_service_discovery` that ask for no running task, in words. The built-in default looks for labels, too, which
 * a cluster need not have: that none is there is worth a word where nothing else finds anything.
 *
 * @param isFinding whether any of the parts has found anything
 */
export function idleEntries(
  entries: readonly string[],
  clusters: readonly AskedCluster[],
  isFinding: boolean,
): readonly string[] {
  const asking = new Set(clusters.flatMap((cluster) => [...cluster.entries]));
  const running = clusters.reduce((sum, cluster) => sum + cluster.running, 0);
  const names = clusters.slice(0, MAX_NAMES).map(({ cluster }) => cluster.name);
  if (clusters.length > MAX_NAMES) names.push(`${clusters.length - MAX_NAMES} more clusters`);
  return entries
    .filter((entry) => !asking.has(entry) && !(isFinding && entry.startsWith(DOCKER_LABEL)))
    .map((entry) => `${entry} matches none of ${running} running tasks of ${names.join(', ')}`);
}

/** The same of the sources of a job that give nothing. That it has none is said when it is read. */
export function idleSources(job: ScrapeJob): readonly string[] {
  const sources = Object.entries({
    file_sd_configs: job.fileDiscoveries,
    http_sd_configs: job.httpDiscoveries,
    aws_sd_configs: job.taskDiscoveries,
  }).flatMap(([name, { length }]) => (length > 0 ? [name] : []));
  return sources.map((source) => `${source} of the job "${job.name}" gives no targets`);
}
