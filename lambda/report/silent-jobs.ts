import type { DropReason } from '../model/samples/drops.ts';
import { sumOf } from './sum.ts';

/** Reasons for drops that pass: a later difference contains such samples, or they were published before. */
const PASSING: ReadonlySet<DropReason> = new Set([
  'first_sample',
  'no_state',
  'no_observation',
  'not_newer',
]);

/** A job whose samples are all dropped, and will be until somebody changes something. */
export interface SilentJob {
  readonly job: string;
  /** Targets that are up. */
  readonly targets: number;
  /** Samples from its targets, and the scrapes' own. */
  readonly samples: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** The difference to the nearest rule, in words; absent if the cause is not a rule. */
  readonly why?: string | undefined;
}

/** The samples of one target of a job that is up. */
export interface JobTarget {
  /** Samples from the target. */
  readonly scraped: number;
  /** The same with the scrape's own. */
  readonly samples: number;
  readonly offered: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Whether the target holds its first minute back, so that its metrics are yet to come. @default false */
  readonly awaitsMinute?: boolean | undefined;
}

interface Sums {
  targets: number;
  scraped: number;
  samples: number;
  offered: number;
  dropped: Partial<Record<DropReason, number>>;
  awaitsMinute: boolean;
}

/** Sums up the jobs of a cycle. */
export class JobTally {
  readonly #jobs = new Map<string, Sums>();

  add(job: string, target: JobTarget): void {
    const { scraped, samples, offered, dropped, awaitsMinute = false } = target;
    const sums = this.#jobs.get(job);
    if (sums === undefined) {
      this.#jobs.set(job, { targets: 1, scraped, samples, offered, dropped, awaitsMinute });
      return;
    }
    sums.targets += 1;
    sums.scraped += scraped;
    sums.samples += samples;
    sums.offered += offered;
    sums.awaitsMinute ||= awaitsMinute;
    // Nearly all jobs have published a sample by their first target.
    if (sums.offered === 0) sums.dropped = sumOf([sums.dropped, dropped]);
  }

  silent(): readonly SilentJob[] {
    return [...this.#jobs].flatMap(([job, { awaitsMinute, ...sums }]) => {
      const { targets, scraped, samples, offered, dropped } = sums;
      if (scraped === 0 || offered > 0 || awaitsMinute || isPassing(dropped)) return [];
      return [{ job, targets, samples, dropped }];
    });
  }
}

/** Whether any drop has a reason that passes. */
export function isPassing(dropped: Readonly<Partial<Record<DropReason, number>>>): boolean {
  return Object.keys(dropped).some((reason) => PASSING.has(reason as DropReason));
}
