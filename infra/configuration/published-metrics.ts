import { Token } from 'aws-cdk-lib/core';
import { compilePattern } from '../../lambda/config/values/pattern.ts';
import type { Pattern } from '../../lambda/model/settings/config.ts';
import {
  CONTAINER_CPU_UTILIZATION,
  CONTAINER_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';
import type { ConfigurationFacts, DeclarationFacts } from './check/check.ts';
import { DETAILED_UNITS } from './detailed-rules.ts';

const CONTAINER_METRICS = [CONTAINER_CPU_UTILIZATION, CONTAINER_MEMORY_UTILIZATION];

/** A CloudWatch metric that a construct needs. */
export interface WantedMetric {
  readonly metricName: string;
  /** Values by name. A value may be known only at deployment, or undefined for any. */
  readonly dimensions: Readonly<Record<string, string | undefined>>;
}

/** A declaration whose expressions are compiled. */
interface Rule extends Omit<DeclarationFacts, 'matcher' | 'selectors' | 'namespace'> {
  readonly matcher: Pattern;
  readonly selectors: readonly Pattern[];
  readonly namespace: string;
}

/** The metrics that the rules of a configuration publish. */
export class PublishedMetrics {
  private readonly rules: readonly Rule[];
  private readonly source: string;

  /** @param source name of the configuration in messages */
  constructor({ namespace, declarations }: ConfigurationFacts, source: string) {
    this.source = source;
    this.rules = declarations.map((declaration) => ({
      ...declaration,
      namespace: declaration.namespace ?? namespace,
      matcher: compilePattern(declaration.matcher),
      selectors: declaration.selectors.map((selector) => compilePattern(selector)),
    }));
  }

  /** The reason why a metric will have no data; undefined if the rules can publish it. */
  problemOf({ metricName, dimensions }: WantedMetric): string | undefined {
    const names = Object.keys(dimensions).sort();
    const selecting = this.rules.filter(({ selectors }) =>
      selectors.some((selector) => selector.test(metricName)),
    );
    if (selecting.length === 0) {
      return `No rule of ${this.source} publishes the metric ${metricName}${remedyFor(metricName)}`;
    }
    const sets = selecting.flatMap((rule) => rule.dimensions);
    const unknown = names.find((name) => !this.dimensionNames().has(name));
    if (unknown !== undefined) {
      return `No rule of ${this.source} produces the dimension ${unknown}; ${metricName} has ${describe(sets)}`;
    }
    const matching = selecting.filter((rule) =>
      rule.dimensions.some((set) => sameNames(set, names)),
    );
    if (matching.length === 0) {
      return `No rule of ${this.source} publishes ${metricName} under [${names.join(', ')}], but under ${describe(sets)}`;
    }
    if (!matching.some((rule) => mayApply(rule, dimensions))) {
      const values = names.map((name) => `${name}=${dimensions[name]}`).join(', ');
      return `The rules of ${this.source} that publish ${metricName} under [${names.join(', ')}] do not match ${values}`;
    }
    return undefined;
  }

  /** The namespace of a metric: that of the first rule that can publish it; undefined without one. */
  namespaceOf({ metricName, dimensions }: WantedMetric): string | undefined {
    const names = Object.keys(dimensions);
    return this.rules.find(
      (rule) =>
        rule.selectors.some((selector) => selector.test(metricName)) &&
        rule.dimensions.some((set) => sameNames(set, names)) &&
        mayApply(rule, dimensions),
    )?.namespace;
  }

  private dimensionNames(): ReadonlySet<string> {
    return new Set(this.rules.flatMap(({ dimensions }) => dimensions.flat()));
  }
}

/** The end of a message that names the configuration with a metric of the sidecar. */
function remedyFor(metricName: string): string {
  if (metricName in DETAILED_UNITS) return ': CollectorConfiguration.detailed() does';
  return CONTAINER_METRICS.includes(metricName)
    ? ': CollectorConfiguration.containerMetrics() does'
    : '';
}

/** Whether a declaration can apply to a series with these labels, whose other labels are unknown. */
function mayApply(
  { sourceLabels, separator, matcher }: Rule,
  labels: Readonly<Record<string, string | undefined>>,
): boolean {
  const values = sourceLabels.map((name) => labels[name]);
  if (values.some((value) => value === undefined || Token.isUnresolved(value))) return true;
  return matcher.test(values.join(separator));
}

function sameNames(set: readonly string[], names: readonly string[]): boolean {
  return set.length === names.length && set.every((name) => names.includes(name));
}

function describe(sets: readonly (readonly string[])[]): string {
  const texts = new Set(sets.map((set) => `[${set.join(', ')}]`));
  return texts.size === 0 ? 'none' : [...texts].join(' and ');
}
