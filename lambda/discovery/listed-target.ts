import type { Labels } from '../model/samples/sample.ts';
import type { ScrapeJob } from '../model/settings/config.ts';
import type { Target } from '../model/targets/target.ts';
import { type OwnSettings, targetOf } from './job-target.ts';
import { isOfDaemon, withNeighbours } from './neighbours.ts';
import type { Origins } from './stopped-targets.ts';

/**
 * A target that one process passes to another with the same configuration: JSON, without the settings of the job, which
 * may be secret.
 */
export interface ListedTarget extends OwnSettings {
  /** Name of the entry of `scrape_configs` that it belongs to. */
  readonly entry: string;
  /** Absent for a target without a task. */
  readonly task?: ListedTask | undefined;
  /** The labels of a Managed Daemon's task before relabeling. */
  readonly found?: Labels | undefined;
}

/** A task, and the cluster to ask about it. */
export interface ListedTask {
  readonly arn: string;
  /** The machine of the task. Absent: one of its own. */
  readonly machine?: string | undefined;
  /** Name or ARN of its cluster. */
  readonly cluster: string;
  /** As `sourceKey` returns it. */
  readonly source: string;
}

/** @param origins the origins of all targets */
export function listed(target: Target, origins: Origins): ListedTarget {
  const { id, job, url, labels, startedAt, overLimit, limits } = target;
  const { entry = job, task, found } = origins.get(id) ?? {};
  return {
    ...{ id, job, url, labels, timeoutMs: limits.timeoutMs, startedAt, overLimit, entry },
    ...(found && isOfDaemon(found) && { found: found.labels }),
    ...(task && {
      task: {
        arn: task.arn,
        ...(found?.machine !== task.arn && { machine: found?.machine }),
        cluster: task.cluster.id,
        source: task.cluster.source,
      },
    }),
  };
}

/** @returns undefined if its job is not among `jobs` */
export function targetFrom(
  { entry, task, found, ...own }: ListedTarget,
  jobs: ReadonlyMap<string, ScrapeJob>,
): Target | undefined {
  const job = jobs.get(entry);
  if (job === undefined) return undefined;
  const { host: address } = new URL(own.url);
  const labels = found ?? own.labels;
  const making = { address, labels, taskArn: task?.arn, machine: task?.machine };
  return withNeighbours(targetOf(job, own), making, job);
}
