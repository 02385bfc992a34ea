import type { Drops } from '../model/samples/drops.ts';
import type { Publications } from '../model/samples/publication.ts';
import type { Labels, Series } from '../model/samples/sample.ts';
import type { EmfConfig } from '../model/settings/config.ts';
import { isDimensionValue } from '../model/settings/dimension.ts';
import type { Step } from '../model/waiting/turn.ts';
import { Answers } from './answers.ts';
import { Decision } from './decision.ts';
import { MetricBudget } from './metric-budget.ts';
import { type DeclaredSet, PublicationLists } from './publication-list.ts';
import { type Rule, rulesOf } from './rule.ts';
import { isSelected } from './selectors.ts';

/** Metric names whose selection is remembered. */
const REMEMBERED_NAMES = 100_000;

/** A sample with its labels and its publications. */
export type Declared<T> = T & {
  readonly publications: Publications;
};

/** The reason why a selected sample is not published. */
export type Refusal = 'no_declaration' | 'no_dimension_set' | 'metric_budget';

const NO_METRIC: Publications = [];

/** The rules that select a metric, and their decisions. */
interface Selection {
  readonly rules: readonly Rule[];
  readonly first: Decision;
}

/**
 * Decides which samples become which metrics, as the CloudWatch Agent's `metric_declaration` does. A declaration
 * applies if its matcher matches the joined source labels; it selects a metric if any selector matches the name. A
 * metric gets the union of the dimension sets of all such declarations whose labels the event has. If several name the
 * same set in the same namespace, the first one decides how it is published.
 *
 * The answers of expressions are remembered, so equal samples of the next cycle cost none.
 */
export class Rules {
  /** Absent without a limit of metrics. */
  readonly budget: MetricBudget | undefined;
  readonly #rules: readonly Rule[];
  readonly #logOnly: boolean;
  readonly #logUnmatched: boolean;
  readonly #selections = new Map<string, Selection>();
  readonly #byName = new Answers(REMEMBERED_NAMES, (name, step) => this.#select(name, step));
  readonly #lists = new PublicationLists();

  constructor(emf: EmfConfig) {
    this.budget = emf.metricBudget && new MetricBudget(emf.metricBudget);
    this.#rules = rulesOf(emf);
    this.#logOnly = emf.declarations.length === 0;
    this.#logUnmatched = emf.logUnmatched;
  }

  /**
   * Begins a cycle, and forgets the answers that neither it nor the one before needed.
   * @param now milliseconds since the epoch
   */
  begin(now: number): void {
    this.budget?.begin(now);
    this.#byName.begin();
    for (const source of new Set(this.#rules.map((rule) => rule.source))) source.begin();
  }

  /**
   * Whether any sample of this name can be published, whatever its labels.
   * @param step called for each match that is not remembered; an error that it throws ends the work
   */
  mayWant(name: string, step?: Step): boolean {
    return this.#logOnly || this.#logUnmatched || this.selects(name, step);
  }

  /**
   * Whether a declaration selects this name.
   * @param step as of `mayWant`
   */
  selects(name: string, step?: Step): boolean {
    return this.#byName.to(name, step).rules.length > 0;
  }

  /**
   * The selected samples, each with its publications.
   * @param onRefused receives each other sample, in addition to `drops`
   * @param step called for each new match; an error that it throws ends the work
   */
  *declare<T extends { readonly series: Series; readonly labels: Labels }>(
    samples: Iterable<T>,
    drops: Drops,
    onRefused?: (reason: Refusal, name: string, labels: Labels) => void,
    step?: Step,
  ): Generator<Declared<T>> {
    for (const sample of samples) {
      const publications = this.#publicationsOf(sample.series.name, sample.labels, step);
      if (typeof publications === 'object') {
        yield { ...sample, publications };
        continue;
      }
      drops.add(publications, sample.series);
      onRefused?.(publications, sample.series.name, sample.labels);
    }
  }

  #publicationsOf(name: string, labels: Labels, step?: Step): Publications | Refusal {
    if (this.#logOnly) return NO_METRIC;
    const { rules, first } = this.#byName.to(name, step);
    const sets: DeclaredSet[] = [];
    let applies = false;
    let heldBack = false;
    let decision = first;
    for (const { source, index, sets: declared } of rules) {
      if (source.matches(labels, step)[index] !== true) {
        decision = decision.next(false);
        continue;
      }
      applies = true;
      for (const set of declared) {
        const complete = isComplete(set, name, labels);
        const admitted = complete && this.budget?.admits(set, name, labels) !== false;
        if (admitted) sets.push(set);
        else if (complete) heldBack = true;
        decision = decision.next(admitted);
      }
    }
    if (sets.length > 0) {
      decision.publications ??= this.#lists.of(sets);
      return decision.publications;
    }
    if (heldBack) return 'metric_budget';
    if (this.#logUnmatched) return NO_METRIC;
    return applies ? 'no_dimension_set' : 'no_declaration';
  }

  /** Names that the same declarations select share their decisions. */
  #select(name: string, step?: Step): Selection {
    const rules = this.#rules.filter(({ selectors }) => isSelected(name, selectors, step));
    const key = rules.map((rule) => this.#rules.indexOf(rule)).join();
    const selection = this.#selections.get(key) ?? { rules, first: new Decision() };
    this.#selections.set(key, selection);
    return selection;
  }
}

/** Whether the event has all labels of the set, with values that CloudWatch accepts. */
function isComplete({ names }: DeclaredSet, metric: string, labels: Labels): boolean {
  for (const name of names) {
    // In EMF a metric overwrites a label of its name, which then cannot be a dimension.
    if (name === metric || !isDimensionValue(labels[name])) return false;
  }
  return true;
}
