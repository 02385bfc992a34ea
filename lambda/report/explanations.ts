import { labelsOf, type Wanted } from '../model/samples/sample.ts';
import type { Config } from '../model/settings/config.ts';
import type { Target } from '../model/targets/target.ts';
import { Answers } from '../rules/answers.ts';
import { type Refused, whyIncomplete, whyRefused } from '../rules/explain.ts';
import { OWN_NAMES } from '../scrape/own-series.ts';
import { Labeller } from '../series/label.ts';
import { DropExamples, type JobExamples, type TargetExamples } from './drop-examples.ts';
import type { SilentJob } from './silent-jobs.ts';

/** Jobs whose undecoded metric names are kept, which no selector matches. */
const MAX_UNREAD_JOBS = 100;

/** Series of a job that are compared with the rules. */
const MAX_COMPARED = 3;

/** Jobs that are explained in one cycle, and metrics without a complete dimension set. */
const MAX_EXPLAINED = 5;

/** Explanations that are kept, because the same configuration fails in the same way each minute. */
const REMEMBERED = 100;

/** The effect of the rules on the samples of one cycle. */
export interface Explained {
  readonly silentJobs: readonly SilentJob[];
  /** Series without a complete dimension set, with the missing labels; the first few. */
  readonly incomplete: readonly string[];
}

/**
 * Explains why the rules publish nothing of a job, or not a metric. It looks only at the first drops of a cycle, and
 * evaluates rules only for those, at the end of the cycle.
 */
export class Explanations {
  readonly #config: Pick<Config, 'emf' | 'clusterName'>;
  /** By job. */
  readonly #unread = new Map<string, Set<string>>();
  /** The job whose answer is being decoded. */
  #decoding = '';
  readonly #refusals: Answers<string>;
  readonly #gaps: Answers<string>;
  #examples = new DropExamples();

  constructor(config: Pick<Config, 'emf' | 'clusterName'>) {
    this.#config = config;
    const { declarations } = config.emf;
    this.#refusals = new Answers(REMEMBERED, (given) =>
      whyRefused(declarations, JSON.parse(given).map(refusedOf)),
    );
    this.#gaps = new Answers(REMEMBERED, (given) =>
      whyIncomplete(declarations, refusedOf(JSON.parse(given))),
    );
  }

  /** Begins a cycle. */
  begin(): void {
    this.#examples = new DropExamples();
    this.#refusals.begin();
    this.#gaps.begin();
  }

  /** Notes whose answer is decoded next, in the same turn of the event loop. */
  decoding({ job }: Target): void {
    this.#decoding = job;
  }

  /** Wraps `wanted` to keep the first names that it refuses, because the decoder skips all else about them. */
  watching(wanted: Wanted): Wanted {
    return (kind, step) => {
      const isWanted = wanted(kind, step);
      if (!isWanted) this.#noteUnread(kind.name);
      return isWanted;
    };
  }

  /** Receives the drops of a target. */
  for(target: Target): TargetExamples | undefined {
    return this.#examples.for(target);
  }

  of(silent: readonly SilentJob[]): Explained {
    return {
      silentJobs: silent.map((job, index) =>
        index < MAX_EXPLAINED ? { ...job, why: this.#whyRefused(job) } : job,
      ),
      incomplete: this.#examples.all
        .flatMap(([job, { incomplete }]) => incomplete.all.map((each) => [job, ...each] as const))
        .slice(0, MAX_EXPLAINED)
        .map(([job, name, labels]) => `job ${job}: ${this.#whyIncomplete({ name, labels })}`),
    };
  }

  #noteUnread(name: string): void {
    const names = this.#unread.get(this.#decoding);
    if (names !== undefined) {
      if (names.size < MAX_COMPARED) names.add(name);
    } else if (this.#unread.size < MAX_UNREAD_JOBS) {
      this.#unread.set(this.#decoding, new Set([name]));
    }
  }

  #whyRefused({ job }: SilentJob): string | undefined {
    const examples = this.#examples.of(job);
    if (examples === undefined) return undefined;
    const [incomplete] = examples.incomplete.all;
    if (incomplete !== undefined) {
      const [name, labels] = incomplete;
      return this.#whyIncomplete({ name, labels });
    }
    const selected = examples.selected.all.map(([name, labels]) => ({ name, labels }));
    const compared = selected.length > 0 ? selected : this.#unselected(job, examples.dropped.all);
    if (compared.length === 0) return undefined;
    return this.#refusals.to(JSON.stringify(compared.slice(0, MAX_COMPARED)));
  }

  /** Series that no declaration selects. Of undecoded ones only the names are known. */
  #unselected(job: string, dropped: JobExamples['dropped']['all']): readonly Refused[] {
    const [first] = dropped.map(([, example]) => example);
    if (first === undefined) return [];
    const labelsIn = ({ series, target }: typeof first) =>
      new Labeller(target, this.#config.clusterName).of(series);
    const ofTarget = labelsIn({ ...first, series: { ...first.series, labels: labelsOf() } });
    const unread = Array.from(this.#unread.get(job) ?? [], (name) => ({ name, labels: ofTarget }));
    const read = dropped
      .filter(([name]) => !OWN_NAMES.has(name))
      .map(([name, each]) => ({ name, labels: labelsIn(each) }));
    return [...unread, ...read];
  }

  #whyIncomplete(series: Refused): string {
    return this.#gaps.to(JSON.stringify(series));
  }
}

/** Copies a series into a form that JSON keeps. */
function refusedOf({ name, labels }: Refused): Refused {
  return { name, labels: labelsOf(labels) };
}
