import type { ScrapeJob } from '../model/config.ts';
import type { DiscoveryError } from './api-calls.ts';
import { fileSource } from './file-source.ts';
import type { FoundTarget } from './found-target.ts';
import { type Fetch, httpSource } from './http-source.ts';
import { goodForMs } from './refresh.ts';

/** What lists targets. */
export interface TargetSource {
  /** Such as `file_sd`, for messages. */
  readonly operation: string;
  /** Milliseconds that what was read is good for. */
  readonly refreshMs: number;
  /** Never rejects: where something cannot be read, `found` has what was read of it before. */
  read(signal: AbortSignal): Promise<SourceTargets>;
}

export interface SourceTargets {
  readonly found: readonly FoundTarget[];
  /** A message for each thing that could not be read. */
  readonly errors: readonly string[];
}

/** What all sources gave, by job. */
export interface JobTargets {
  readonly byJob: ReadonlyMap<ScrapeJob, readonly FoundTarget[]>;
  readonly errors: readonly DiscoveryError[];
}

interface Kept {
  readonly job: ScrapeJob;
  readonly source: TargetSource;
  /** What was read last without an error, and when. */
  read?: { readonly targets: SourceTargets; readonly at: number } | undefined;
}

/** The targets that jobs have from files and servers (`file_sd_configs`, `http_sd_configs`). */
export class TargetSources {
  readonly #sources: readonly Kept[];
  #last: { readonly all: readonly SourceTargets[]; readonly targets: JobTargets } | undefined;

  constructor(jobs: readonly ScrapeJob[], fetch: Fetch) {
    this.#sources = jobs.flatMap((job) =>
      [
        ...job.fileDiscoveries.map(fileSource),
        ...job.httpDiscoveries.map((each) => httpSource(each, fetch)),
      ].map((source) => ({ job, source })),
    );
  }

  /**
   * Reads each source whose last targets are not good any more, or that had an error. Never rejects. Where none was read
   * the answer is the last one.
   * @param now milliseconds since the epoch
   */
  async find(now: number, signal: AbortSignal): Promise<JobTargets> {
    const all = await Promise.all(this.#sources.map((each) => read(each, now, signal)));
    if (this.#last?.all.every((targets, index) => targets === all[index]))
      return this.#last.targets;
    const targets = this.#join(all);
    this.#last = { all, targets };
    return targets;
  }

  #join(all: readonly SourceTargets[]): JobTargets {
    const byJob = new Map<ScrapeJob, readonly FoundTarget[]>();
    for (const [index, { job }] of this.#sources.entries()) {
      byJob.set(job, [...(byJob.get(job) ?? []), ...(all[index]?.found ?? [])]);
    }
    const errors = this.#sources.flatMap(({ source: { operation } }, index) =>
      (all[index]?.errors ?? []).map((message) => ({
        operation,
        code: 'Unread',
        message: `${operation}: ${message}`,
        count: 1,
      })),
    );
    return { byJob, errors };
  }
}

async function read(kept: Kept, now: number, signal: AbortSignal): Promise<SourceTargets> {
  const { source, read: last } = kept;
  if (last !== undefined && now - last.at < goodForMs(source.refreshMs)) return last.targets;
  const targets = await source.read(signal);
  kept.read = targets.errors.length === 0 ? { targets, at: now } : undefined;
  return targets;
}
