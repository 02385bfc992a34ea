import type { ScrapeJob } from '../model/settings/config.ts';
import { DOCKER_LABEL } from './ecs/candidates.ts';

/** Clusters that a message names at most. */
const MAX_NAMES = 3;

/** The parts of `ecs_service_discovery` that select tasks of one cluster. */
export interface AskedCluster {
  readonly cluster: { readonly name: string };
  /** The parts of the configuration that select any of its tasks, as `entryNames` returns them. */
  readonly entries: ReadonlySet<string>;
  /** Tasks in state RUNNING. */
  readonly running: number;
}

/**
 * The parts of `ecs_service_discovery` that select no running task, in words. The built-in default also looks for
 * docker labels, which a cluster need not have: it reports their absence only if nothing else finds a target.
 *
 * @param isFinding whether any of the parts has found a target
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

/** The sources of a job that have no targets. A job without sources gets a warning when the configuration is read. */
export function idleSources(job: ScrapeJob): readonly string[] {
  const sources = Object.entries({
    file_sd_configs: job.fileDiscoveries,
    http_sd_configs: job.httpDiscoveries,
    aws_sd_configs: job.taskDiscoveries,
  }).flatMap(([name, { length }]) => (length > 0 ? [name] : []));
  return sources.map((source) => `${source} of the job "${job.name}" gives no targets`);
}
