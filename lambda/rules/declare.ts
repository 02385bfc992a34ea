import type { Declaration, EmfConfig } from '../model/config.ts';
import type { Drops } from '../model/drops.ts';
import type { DimensionSets, Publications } from '../model/publication.ts';
import type { Labels, Series } from '../model/sample.ts';

/**
 * Characters of a dimension's name in an event, and of its value; the API itself takes names of 255.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
export const MAX_DIMENSION_NAME = 250;
export const MAX_DIMENSION_VALUE = 1024;

/**
 * What CloudWatch takes as a dimension's name and value: ASCII without control characters, not only white space. A metric
 * with any other is dropped in silence.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
const DIMENSION_NAME = /^(?=.*\S)(?!:)[\x20-\x7e]+$/;
const DIMENSION_VALUE = /^(?=.*\S)[\x20-\x7e]+$/;

/** The member of an event that holds its directives: never a label. */
const RESERVED = '_aws';

/** Answers that are remembered for one declaration before the memory is emptied. */
const REMEMBERED_MATCHES = 10_000;

/** A sample with its labels and what the declarations made of it. */
export type Declared<T> = T & {
  readonly publications: Publications;
};

const NO_METRIC: Publications = [];

/**
 * Decides which samples become which metrics, as the CloudWatch Agent's `metric_declaration` does: a declaration applies
 * if its matcher finds a match in the joined source labels; it selects a metric if any selector finds a match in the name;
 * a metric gets the union of the dimension sets of all declarations that apply and select it, as far as the event has all
 * labels of the set.
 */
export class Rules {
  readonly #declarations: readonly Declaration[];
  readonly #logOnly: boolean;
  readonly #logUnmatched: boolean;
  readonly #byName = new Map<string, readonly Declaration[]>();
  readonly #matches = new Map<Declaration, Map<string, boolean>>();
  readonly #publications = new Map<string, Publications>();
  readonly #namespace: string;

  constructor({ namespace, declarations, logUnmatched }: EmfConfig) {
    this.#namespace = namespace;
    this.#declarations = declarations
      .filter(({ sourceLabels }) => sourceLabels.length > 0)
      .map((each) => ({ ...each, dimensions: each.dimensions.filter(isDimensionSet) }));
    this.#logOnly = declarations.length === 0;
    this.#logUnmatched = logUnmatched;
  }

  /** Whether a sample of this name can be wanted at all, whatever its labels are. */
  mayWant(name: string): boolean {
    return this.#logOnly || this.#logUnmatched || this.#selecting(name).length > 0;
  }

  /** The samples that are wanted, each with the ways in which it is published. */
  *declare<T extends { readonly series: Series; readonly labels: Labels }>(
    samples: Iterable<T>,
    drops: Drops,
  ): Generator<Declared<T>> {
    for (const sample of samples) {
      const publications = this.#publicationsOf(sample.series.name, sample.labels);
      if (typeof publications === 'object') yield { ...sample, publications };
      else drops.add(publications, sample.series);
    }
  }

  #publicationsOf(
    name: string,
    labels: Labels,
  ): Publications | 'no_declaration' | 'no_dimension_set' {
    if (this.#logOnly) return NO_METRIC;
    const declarations = this.#selecting(name).filter((each) => this.#applies(each, labels));
    const sets = declarations
      .flatMap(({ dimensions }) => dimensions)
      // A metric overwrites a label of its name, which then is no text to be a dimension.
      .filter((set) => set.every((label) => label !== name && isDimensionValue(labels[label])));
    if (sets.length > 0) return this.#unique(sets);
    if (this.#logUnmatched) return NO_METRIC;
    return declarations.length === 0 ? 'no_declaration' : 'no_dimension_set';
  }

  #selecting(name: string): readonly Declaration[] {
    let selecting = this.#byName.get(name);
    if (selecting === undefined) {
      selecting = this.#declarations.filter(({ selectors }) => selectors.some((s) => s.test(name)));
      if (this.#byName.size >= REMEMBERED_MATCHES) this.#byName.clear();
      this.#byName.set(name, selecting);
    }
    return selecting;
  }

  #applies(declaration: Declaration, labels: Labels): boolean {
    const joined = declaration.sourceLabels
      .map((name) => labels[name] ?? '')
      .join(declaration.separator);
    let matches = this.#matches.get(declaration);
    if (matches === undefined || matches.size >= REMEMBERED_MATCHES) {
      matches = new Map();
      this.#matches.set(declaration, matches);
    }
    let match = matches.get(joined);
    if (match === undefined) {
      match = declaration.matcher.test(joined);
      matches.set(joined, match);
    }
    return match;
  }

  /** The distinct sets, as one list object for each list, so that metrics can be grouped by it. */
  #unique(sets: DimensionSets): Publications {
    const distinct = new Map(sets.map((set) => [set.join('\u0000'), set]));
    const key = [...distinct.keys()].sort().join('\u0001');
    let unique = this.#publications.get(key);
    if (unique === undefined) {
      unique = [{ namespace: this.#namespace, dimensions: [...distinct.values()] }];
      this.#publications.set(key, unique);
    }
    return unique;
  }
}

function isDimensionSet(names: readonly string[]): boolean {
  return names.every(
    (name) => name.length <= MAX_DIMENSION_NAME && DIMENSION_NAME.test(name) && name !== RESERVED,
  );
}

function isDimensionValue(value: string | undefined): boolean {
  return value !== undefined && value.length <= MAX_DIMENSION_VALUE && DIMENSION_VALUE.test(value);
}
