import type { DropReason } from '../model/samples/drops.ts';
import { sumOf } from './sum.ts';

/** Reasons that hold only for now: what is dropped for them shows in a later difference, or was published before. */
const PASSING: ReadonlySet<DropReason> = new Set([
  'first_sample',
  'no_state',
  'no_observation',
  'not_newer',
]);

/** A job whose targets gave samples of which none is published, and none will be unless something changes. */
export interface SilentJob {
  readonly job: string;
  /** Those that are up. */
  readonly targets: number;
  /** Those that its targets gave, and the scrapes' own. */
  readonly samples: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** What differs from the rule that comes nearest, in words; absent where no rule is behind it. */
  readonly why?: string | undefined;
}

/** What a target of a job that is up has published. */
export interface JobTarget {
  /** Samples that the target gave. */
  readonly scraped: number;
  /** The same with the scrape's own. */
  readonly samples: number;
  readonly offered: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
}

interface Sums {
  targets: number;
  scraped: number;
  samples: number;
  offered: number;
  dropped: Partial<Record<DropReason, number>>;
}

/** Adds up the jobs of a cycle. */
export class JobTally {
  readonly #jobs = new Map<string, Sums>();

  add(job: string, { scraped, samples, offered, dropped }: JobTarget): void {
    const sums = this.#jobs.get(job);
    if (sums === undefined) {
      this.#jobs.set(job, { targets: 1, scraped, samples, offered, dropped });
      return;
    }
    sums.targets += 1;
    sums.scraped += scraped;
    sums.samples += samples;
    sums.offered += offered;
    // Nearly all jobs have published something by their first target.
    if (sums.offered === 0) sums.dropped = sumOf([sums.dropped, dropped]);
  }

  silent(): readonly SilentJob[] {
    return [...this.#jobs].flatMap(([job, { targets, scraped, samples, offered, dropped }]) => {
      if (scraped === 0 || offered > 0 || isPassing(dropped)) return [];
      return [{ job, targets, samples, dropped }];
    });
  }
}

/** Whether something is dropped for a reason that holds only for now. */
export function isPassing(dropped: Readonly<Partial<Record<DropReason, number>>>): boolean {
  return Object.keys(dropped).some((reason) => PASSING.has(reason as DropReason));
}
