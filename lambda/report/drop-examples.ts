import type { DropReason } from '../model/samples/drops.ts';
import type { Labels, Series } from '../model/samples/sample.ts';
import type { Target } from '../model/targets/target.ts';
import type { Refusal } from '../rules/declare.ts';

/** Metric names of a job that are kept for each reason. */
const MAX_NAMES = 5;

/** Jobs with examples. */
const MAX_JOBS = 100;

/** Drops of a job that are looked at in one cycle, for each reason: each further one would cost a comparison. */
const MAX_LOOKS = 200;

/** The first few examples, one for each metric name. */
class FirstNames<T> {
  readonly #first = new Map<string, T>();
  #looks = 0;

  offer(name: string, example: T): void {
    if (this.#looks >= MAX_LOOKS) return;
    this.#looks += 1;
    if (this.#first.size < MAX_NAMES && !this.#first.has(name)) this.#first.set(name, example);
  }

  get all(): readonly (readonly [name: string, example: T])[] {
    return [...this.#first];
  }
}

/** The first series of a job that the rules refused in a cycle. */
export class JobExamples {
  /** Labels of series that a declaration selects but none applies to. */
  readonly selected = new FirstNames<Labels>();
  /** Labels of series without a complete dimension set. */
  readonly incomplete = new FirstNames<Labels>();
  /** Any series that no declaration publishes, each with its target. */
  readonly dropped = new FirstNames<{ readonly series: Series; readonly target: Target }>();
}

/** Receives the drops of one target. */
export interface TargetExamples {
  /** Called for the first few series of each reason. */
  dropped(reason: DropReason, series: Series): void;
  /** Called for series that a declaration selects but does not publish. */
  refused(reason: Refusal, name: string, labels: Labels): void;
}

/** Examples of the series that the rules refused in a cycle, by job: a bounded number, enough to explain the cause. */
export class DropExamples {
  readonly #jobs = new Map<string, JobExamples>();

  /** Undefined if there are too many jobs. */
  for(target: Target): TargetExamples | undefined {
    const job = this.#jobFor(target.job);
    return (
      job && {
        dropped: (reason, series) => {
          if (reason !== 'no_declaration') return;
          job.dropped.offer(series.name, { series, target });
        },
        refused: (reason, name, labels) => {
          if (reason === 'no_declaration') job.selected.offer(name, labels);
          else if (reason === 'no_dimension_set') job.incomplete.offer(name, labels);
        },
      }
    );
  }

  of(job: string): JobExamples | undefined {
    return this.#jobs.get(job);
  }

  get all(): readonly (readonly [job: string, JobExamples])[] {
    return [...this.#jobs];
  }

  #jobFor(name: string): JobExamples | undefined {
    const known = this.#jobs.get(name);
    if (known !== undefined || this.#jobs.size >= MAX_JOBS) return known;
    const job = new JobExamples();
    this.#jobs.set(name, job);
    return job;
  }
}
