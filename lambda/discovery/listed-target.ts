import type { ScrapeJob } from '../model/settings/config.ts';
import type { Target } from '../model/targets/target.ts';
import { type OwnSettings, targetOf } from './job-target.ts';
import type { Origins } from './stopped-targets.ts';

/**
 * A target as one process finds it for another that has the same configuration: JSON, without what its job says, which may
 * be secret.
 */
export interface ListedTarget extends OwnSettings {
  /** Name of the entry of `scrape_configs` whose settings it has. */
  readonly entry: string;
  /** Absent: it is of no task. */
  readonly task?: ListedTask | undefined;
}

/** A task, and where it can be asked for. */
export interface ListedTask {
  readonly arn: string;
  /** Name or ARN of its cluster. */
  readonly cluster: string;
  /** As `sourceKey` says it. */
  readonly source: string;
}

/** @param origins of all targets */
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

/** @returns undefined where the jobs do not have its own */
export function targetFrom(
  { entry, task: _, ...own }: ListedTarget,
  jobs: ReadonlyMap<string, ScrapeJob>,
): Target | undefined {
  const job = jobs.get(entry);
  return job && targetOf(job, own);
}
