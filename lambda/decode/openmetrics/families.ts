import { quote } from '../../model/samples/quote.ts';
import type { FamilyText, Labels, MetricType } from '../../model/samples/sample.ts';
import type { SampleKind } from '../tokens/sample-kind.ts';
import { suffixesOf } from './rules.ts';

/** Bytes of a metric name, and of a metric, beside their texts. */
const NAME_OVERHEAD = 320;
const METRIC_OVERHEAD = 160;

/**
 * A metric name, with the facts that the current exposition has given so far about its family and its owner. There is
 * one object for each name, which only `OpenMetricsFamilies` makes and changes.
 */
export interface MetricName {
  readonly name: string;
  /** The last exposition with a family of that name. The members below belong to that one, and are out of date in any other. */
  exposition: number;
  type: MetricType;
  typed: boolean;
  helped: boolean;
  unit: string | undefined;
  sampled: boolean;
  readonly kinds: SampleKind<MetricName>[];
  /** The family whose samples have this name in the exposition `ownedIn`. */
  owner: MetricName | undefined;
  ownedIn: number;
  /** Names of its samples, by its type. */
  sampleNames: Map<MetricType, readonly MetricName[]> | undefined;
  /** Metrics of a family by their labels. */
  metrics: Map<string, Metric> | undefined;
}

/** The samples of a family with the same labels, except those that distinguish the samples of a point. */
export interface Metric {
  /** The last exposition that contains it. */
  exposition: number;
}

/** A line about a family. */
export type FamilyDescriptor =
  | {
      readonly keyword: 'HELP';
      readonly family: MetricName;
      /** Absent if it is not kept. */
      readonly text: FamilyText | undefined;
    }
  | { readonly keyword: 'TYPE'; readonly family: MetricName; readonly type: MetricType }
  | {
      readonly keyword: 'UNIT';
      readonly family: MetricName;
      readonly unit: string;
      /** Absent if it is not kept. */
      readonly text: FamilyText | undefined;
    };

/** A line about a family, or the one that ends the exposition. */
export type Descriptor = FamilyDescriptor | { readonly keyword: 'EOF' };

/**
 * The families of one OpenMetrics exposition after the other: assigns samples to them, and checks that their lines are
 * together. A line that breaks a rule still counts for the lines after it.
 */
export class OpenMetricsFamilies {
  /** The current family. */
  current: MetricName | undefined;
  /** Counts the expositions. */
  exposition = 0;
  bytes = 0;
  private readonly byName = new Map<string, MetricName>();

  /** Begins an exposition, without any family. */
  begin(): void {
    this.exposition++;
    this.current = undefined;
  }

  named(name: string): MetricName {
    return this.byName.get(name) ?? this.add(name);
  }

  /** The metric of a family's samples with these labels, without `own`. */
  metric(family: MetricName, labels: Labels, own: string | undefined): Metric {
    const key = metricKey(labels, own);
    family.metrics ??= new Map();
    const known = family.metrics.get(key);
    if (known !== undefined) return known;
    const metric: Metric = { exposition: 0 };
    family.metrics.set(key, metric);
    this.bytes += METRIC_OVERHEAD + key.length;
    return metric;
  }

  /**
   * The family of a sample with this name, which becomes the current one.
   *
   * @param report receives a violation of a rule
   */
  sampled(name: MetricName, report: (problem: string) => void): MetricName {
    const owner = name.ownedIn === this.exposition ? name.owner : undefined;
    const family = owner ?? name;
    if (owner === undefined) this.open(name, report);
    else if (family !== this.current) {
      report(apart(family));
      this.current = family;
    }
    family.sampled = true;
    return family;
  }

  /**
   * Takes a line about a family.
   *
   * @param report receives a violation of a rule
   */
  describe(descriptor: FamilyDescriptor, report: (problem: string) => void): void {
    const { keyword, family } = descriptor;
    if (family !== this.current) this.open(family, report);
    else if (family.sampled) {
      report(`expected the ${keyword} line of ${quote(family.name)} before its samples`);
    }
    switch (keyword) {
      case 'HELP':
        if (family.helped) report(second(descriptor));
        family.helped = true;
        return;
      case 'TYPE':
        if (family.typed) {
          // The first line counts.
          report(second(descriptor));
          return;
        }
        family.type = descriptor.type;
        family.typed = true;
        for (const name of this.sampleNames(family)) this.own(name, family, report);
        break;
      case 'UNIT':
        if (family.unit !== undefined) report(second(descriptor));
        family.unit = descriptor.unit;
        if (family.unit !== '' && !family.name.endsWith(`_${family.unit}`)) {
          const [unit, name] = [quote(family.unit), quote(family.name)];
          report(`expected a name that ends with the unit ${unit}, got ${name}`);
        }
    }
    if (family.unit && (family.type === 'info' || family.type === 'stateset')) {
      const name = quote(family.name);
      report(`expected no unit for metric family ${name} of type ${family.type}`);
    }
  }

  /** Begins a family. */
  private open(family: MetricName, report: (problem: string) => void): void {
    this.current = family;
    if (family.exposition === this.exposition) {
      report(apart(family));
      return;
    }
    family.exposition = this.exposition;
    family.type = 'unknown';
    family.typed = false;
    family.helped = false;
    family.unit = undefined;
    family.sampled = false;
    this.own(family, family, report);
  }

  private own(name: MetricName, family: MetricName, report: (problem: string) => void): void {
    const { owner } = name;
    if (name.ownedIn === this.exposition && owner !== undefined && owner !== family) {
      const [one, other] = [quote(owner.name), quote(family.name)];
      report(`expected ${quote(name.name)} in one metric family, got it in ${one} and ${other}`);
    }
    name.owner = family;
    name.ownedIn = this.exposition;
  }

  private sampleNames(family: MetricName): readonly MetricName[] {
    family.sampleNames ??= new Map();
    const known = family.sampleNames.get(family.type);
    if (known !== undefined) return known;
    const names = suffixesOf(family.type).map((suffix) => this.named(family.name + suffix));
    family.sampleNames.set(family.type, names);
    return names;
  }

  private add(name: string): MetricName {
    const added: MetricName = {
      name,
      exposition: 0,
      type: 'unknown',
      typed: false,
      helped: false,
      unit: undefined,
      sampled: false,
      kinds: [],
      owner: undefined,
      ownedIn: 0,
      sampleNames: undefined,
      metrics: undefined,
    };
    this.byName.set(name, added);
    this.bytes += NAME_OVERHEAD + name.length;
    return added;
  }
}

function second({ keyword, family }: FamilyDescriptor): string {
  return `second ${keyword} line for metric family ${quote(family.name)}`;
}

function apart({ name }: MetricName): string {
  return `expected all lines of metric family ${quote(name)} together`;
}

/** A text that is equal only for the same labels, in any order. */
function metricKey(labels: Labels, own: string | undefined): string {
  const names = Object.keys(labels);
  if (names.length > 1) names.sort();
  let key = '';
  for (const name of names) {
    const value = labels[name] ?? '';
    // A label without a value does not exist.
    if (name !== own && value !== '') key += `${name.length}:${name}${value.length}:${value}`;
  }
  return key;
}
