import type { ScrapeJob } from '../model/settings/config.ts';
import type { Target } from '../model/targets/target.ts';
import { type OwnSettings, targetOf } from './job-target.ts';
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
}

/** A task, and the cluster to ask about it. */
export interface ListedTask {
  readonly arn: string;
  /** Name or ARN of its cluster. */
  readonly cluster: string;
  /** As `sourceKey` returns it. */
  readonly source: string;
}

/** @param origins the origins of all targets */
export function listed(target: Target, origins: Origins): ListedTarget {
  const { id, job, url, labels, startedAt, overLimit, limits } = target;
  const { entry, task } = origins.get(id) ?? { entry: job };
  return {
    ...{ id, job, url, labels, timeoutMs: limits.timeoutMs, startedAt, overLimit, entry },
    ...(task && {
      task: { arn: task.arn, cluster: task.cluster.id, source: task.cluster.source },
    }),
  };
}

/** @returns undefined if its job is not among `jobs` */
export function targetFrom(
  { entry, task: _, ...own }: ListedTarget,
  jobs: ReadonlyMap<string, ScrapeJob>,
): Target | undefined {
  const job = jobs.get(entry);
  return job && targetOf(job, own);
}
