import type { ScrapeJob } from '../../model/settings/config.ts';
import type { FileDiscovery, HttpDiscovery } from '../../model/settings/service-discovery.ts';
import type { DiscoveryError } from '../aws/api-calls.ts';
import { identityOf } from '../found/identity.ts';
import { goodForMs, isGood } from '../found/refresh.ts';
import type { FoundTarget } from '../found/target.ts';
import { fileSource } from './file.ts';
import { type Fetch, httpSource } from './http.ts';
import type { SourceTargets, TargetSource } from './source.ts';

/** The targets of all sources, by job. */
export interface JobTargets {
  readonly byJob: ReadonlyMap<ScrapeJob, readonly FoundTarget[]>;
  readonly errors: readonly DiscoveryError[];
}

/** The sources that a configuration needs. */
export interface ConfiguredSources {
  /**
   * Reads each source that is due or had an error. Never rejects. Returns the last result if it read none.
   * @param now milliseconds since the epoch
   */
  find(now: number, signal: AbortSignal): Promise<JobTargets>;
}

/** A source, and its job. */
interface JobSource {
  readonly job: ScrapeJob;
  readonly kept: KeptTargets;
}

/**
 * The sources of targets beside ECS (`file_sd_configs`, `http_sd_configs`), for one configuration after another: an
 * unchanged entry keeps its last targets.
 */
export class TargetSources {
  readonly #fetch: Fetch;
  #known: ReadonlyMap<string, KeptTargets> = new Map();

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** The sources for `jobs`; it drops sources that only an earlier configuration needed. */
  for(jobs: readonly ScrapeJob[]): ConfiguredSources {
    const inUse = new Map<string, KeptTargets>();
    const kept = (entry: FileDiscovery | HttpDiscovery, make: () => TargetSource): KeptTargets => {
      const key = identityOf(entry);
      const known = inUse.get(key) ?? this.#known.get(key) ?? new KeptTargets(make());
      inUse.set(key, known);
      return known;
    };
    const sources = jobs.flatMap((job): JobSource[] =>
      [
        ...job.fileDiscoveries.map((entry) => kept(entry, () => fileSource(entry))),
        ...job.httpDiscoveries.map((entry) => kept(entry, () => httpSource(entry, this.#fetch))),
      ].map((each) => ({ job, kept: each })),
    );
    this.#known = inUse;
    let last: { all: readonly SourceTargets[]; targets: JobTargets } | undefined;
    return {
      find: async (now, signal) => {
        const all = await Promise.all(sources.map((source) => source.kept.read(now, signal)));
        if (!last?.all.every((targets, index) => targets === all[index])) {
          last = { all, targets: joined(sources, all) };
        }
        return last.targets;
      },
    };
  }
}

/** The targets of one source, which it reads again when they are due. */
class KeptTargets {
  readonly operation: string;
  readonly #source: TargetSource;
  /** The last targets without an error, and their time. */
  #last: { readonly targets: SourceTargets; readonly at: number } | undefined;
  /** Several jobs may share a source, which is read once. */
  #reading: Promise<SourceTargets> | undefined;

  constructor(source: TargetSource) {
    this.operation = source.operation;
    this.#source = source;
  }

  read(now: number, signal: AbortSignal): Promise<SourceTargets> {
    this.#reading ??= this.#read(now, signal).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(now: number, signal: AbortSignal): Promise<SourceTargets> {
    const last = this.#last;
    if (last !== undefined && isGood(last.at, now, goodForMs(this.#source.refreshMs))) {
      return last.targets;
    }
    const targets = await this.#source.read(signal);
    this.#last = targets.errors.length === 0 ? { targets, at: now } : undefined;
    return targets;
  }
}

function joined(sources: readonly JobSource[], all: readonly SourceTargets[]): JobTargets {
  const byJob = new Map<ScrapeJob, readonly FoundTarget[]>();
  for (const [index, { job }] of sources.entries()) {
    byJob.set(job, [...(byJob.get(job) ?? []), ...(all[index]?.found ?? [])]);
  }
  // Each source once, for any number of jobs.
  const read = new Map(sources.map(({ kept }, index) => [kept, all[index]]));
  const errors = Array.from(read, ([{ operation }, targets]) =>
    (targets?.errors ?? []).map((message) => ({
      operation,
      code: 'Unread',
      message: `${operation}: ${message}`,
      count: 1,
    })),
  );
  return { byJob, errors: errors.flat() };
}
