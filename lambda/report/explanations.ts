import type { Config } from '../model/config.ts';
import { labelsOf, type Wanted } from '../model/sample.ts';
import type { Target } from '../model/target.ts';
import { Answers } from '../rules/answers.ts';
import { type Refused, whyIncomplete, whyRefused } from '../rules/explain.ts';
import { Labeller } from '../series/label.ts';
import { DropExamples, type JobExamples, type TargetExamples } from './drop-examples.ts';
import type { SilentJob } from './silent-jobs.ts';

/** Metric names that no selector takes, of those that are not even decoded. */
const MAX_UNREAD_NAMES = 20;

/** Series of a job that are compared with the rules. */
const MAX_COMPARED = 3;

/** Jobs that are explained in one cycle, and metrics without a complete dimension set. */
export const MAX_EXPLAINED = 5;

/** Answers that are remembered: the same configuration goes wrong in the same way each minute. */
const REMEMBERED = 100;

/** What the rules are behind in one cycle. */
export interface Explained {
  readonly silentJobs: readonly SilentJob[];
  /** Series without a complete dimension set, and what it lacks; the first few. */
  readonly incomplete: readonly string[];
}

/**
 * Says why the rules publish nothing of a job, or not a metric. It looks at the first drops of a cycle only, and evaluates
 * rules only for those, at its end.
 */
export class Explanations {
  readonly #config: Pick<Config, 'emf' | 'clusterName'>;
  readonly #unread = new Set<string>();
  readonly #refusals: Answers<string>;
  readonly #gaps: Answers<string>;
  #examples = new DropExamples();

  constructor(config: Pick<Config, 'emf' | 'clusterName'>) {
    this.#config = config;
    const { declarations } = config.emf;
    this.#refusals = new Answers(REMEMBERED, (given) =>
      whyRefused(declarations, JSON.parse(given)),
    );
    this.#gaps = new Answers(REMEMBERED, (given) => whyIncomplete(declarations, JSON.parse(given)));
  }

  /** Begins a cycle. */
  begin(): void {
    this.#examples = new DropExamples();
    this.#refusals.begin();
    this.#gaps.begin();
  }

  /** The same function, which remembers the first names that it refuses: of those nothing else will ever be known. */
  watching(wanted: Wanted): Wanted {
    return (kind) => {
      const isWanted = wanted(kind);
      if (!isWanted && this.#unread.size < MAX_UNREAD_NAMES) this.#unread.add(kind.name);
      return isWanted;
    };
  }

  /** Is to be told of what is dropped of a target. */
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

  #whyRefused({ job }: SilentJob): string | undefined {
    const examples = this.#examples.of(job);
    if (examples === undefined) return undefined;
    const [incomplete] = examples.incomplete.all;
    if (incomplete !== undefined) {
      const [name, labels] = incomplete;
      return this.#whyIncomplete({ name, labels });
    }
    const selected = examples.selected.all.map(([name, labels]) => ({ name, labels }));
    const compared = selected.length > 0 ? selected : this.#unselected(examples.dropped.all);
    if (compared.length === 0) return undefined;
    return this.#refusals.to(JSON.stringify(compared.slice(0, MAX_COMPARED)));
  }

  /** Series that no declaration selects. Of those that were not decoded only names are known, and not whose they are. */
  #unselected(dropped: JobExamples['dropped']['all']): readonly Refused[] {
    const [first] = dropped.map(([, example]) => example);
    if (first === undefined) return [];
    const labelsIn = ({ series, target }: typeof first) =>
      new Labeller(target, this.#config.clusterName).of(series);
    const ofTarget = labelsIn({ ...first, series: { ...first.series, labels: labelsOf() } });
    if (this.#unread.size > 0)
      return Array.from(this.#unread, (name) => ({ name, labels: ofTarget }));
    return dropped.map(([name, each]) => ({ name, labels: labelsIn(each) }));
  }

  #whyIncomplete(series: Refused): string {
    return this.#gaps.to(JSON.stringify(series));
  }
}
