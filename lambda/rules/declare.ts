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

/** Metric names whose selection is remembered. */
const REMEMBERED_NAMES = 100_000;

/**
 * Characters of a name that selectors are matched with, four times what CloudWatch takes. Each selector is: what is longer is selected by
 * none.
 */
const MAX_SELECTED_NAME = 1_024;

/** A sample with its labels and what the declarations made of it. */
export type Declared<T> = T & {
  readonly publications: Publications;
};

/** Why a sample is not published that a declaration selects. */
export type Refusal = 'no_declaration' | 'no_dimension_set' | 'metric_budget';

const NO_METRIC: Publications = [];

/** The rules that select a metric, and what was decided by them. */
interface Selection {
  readonly rules: readonly Rule[];
  readonly first: Decision;
}

/**
 * Decides which samples become which metrics, as the CloudWatch Agent's `metric_declaration` does: a declaration applies
 * if its matcher finds a match in the joined source labels; it selects a metric if any selector finds a match in the name;
 * a metric gets the union of the dimension sets of all declarations that apply and select it, as far as the event has all
 * labels of the set. Where several of them name the same set in the same namespace, the first one says how it is published.
 *
 * What the expressions answered is remembered, so that samples like those of the cycle before cost none.
 */
export class Rules {
  /** Absent: any number of metrics is published. */
  readonly budget: MetricBudget | undefined;
  readonly #rules: readonly Rule[];
  readonly #logOnly: boolean;
  readonly #logUnmatched: boolean;
  readonly #selections = new Map<string, Selection>();
  readonly #byName = new Answers(REMEMBERED_NAMES, (name) => this.#select(name));
  readonly #lists = new PublicationLists();

  constructor(emf: EmfConfig) {
    this.budget = emf.metricBudget && new MetricBudget(emf.metricBudget);
    this.#rules = rulesOf(emf);
    this.#logOnly = emf.declarations.length === 0;
    this.#logUnmatched = emf.logUnmatched;
  }

  /**
   * Begins a cycle: what neither it nor the one before asks for is forgotten.
   * @param now milliseconds since the epoch
   */
  begin(now: number): void {
    this.budget?.begin(now);
    this.#byName.begin();
    for (const source of new Set(this.#rules.map((rule) => rule.source))) source.begin();
  }

  /** Whether a sample of this name can be wanted at all, whatever its labels are. */
  mayWant(name: string): boolean {
    return this.#logOnly || this.#logUnmatched || this.selects(name);
  }

  /** Whether a declaration selects this name. */
  selects(name: string): boolean {
    return this.#byName.to(name).rules.length > 0;
  }

  /**
   * The samples that are wanted, each with the ways in which it is published.
   * @param onRefused is told of each other one, beside `drops`
   * @param step called for each match that is not remembered; what it throws ends this
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
    const { rules, first } = this.#byName.to(name);
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

  /** Names that the same declarations select share what was decided. */
  #select(name: string): Selection {
    const rules =
      name.length > MAX_SELECTED_NAME
        ? []
        : this.#rules.filter(({ selectors }) => selectors.some((s) => s.test(name)));
    const key = rules.map((rule) => this.#rules.indexOf(rule)).join();
    const selection = this.#selections.get(key) ?? { rules, first: new Decision() };
    this.#selections.set(key, selection);
    return selection;
  }
}

/** Whether the event has all labels of the set, with values that CloudWatch takes. */
function isComplete({ names }: DeclaredSet, metric: string, labels: Labels): boolean {
  for (const name of names) {
    // A metric overwrites a label of its name, which then is no text to be a dimension.
    if (name === metric || !isDimensionValue(labels[name])) return false;
  }
  return true;
}
