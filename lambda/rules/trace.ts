import { maxCharactersFor } from '../model/samples/matched-text.ts';
import type { Declaration } from '../model/settings/config.ts';
import { isMetricName } from '../model/settings/metric.ts';
import { applies, problemOf, type Refused, sourceOf } from './explain.ts';
import { isSelected } from './selectors.ts';

/** One declaration's answers about one series. */
export interface DeclarationTrace {
  /** Place in `metric_declaration`, from 0. */
  readonly index: number;
  /** The first selector that finds a match in the name; absent if none does. */
  readonly selector?: string | undefined;
  readonly matcher: string;
  /** The joined values of the source labels, which the matcher sees. */
  readonly source: string;
  readonly sourceLabels: readonly string[];
  /** Source labels that the series lacks. */
  readonly absent: readonly string[];
  /** Whether the matcher finds a match. */
  readonly applies: boolean;
  /** Characters of the longest text that the matcher reads, if the source is longer. */
  readonly mostCharacters?: number | undefined;
  readonly sets: readonly SetTrace[];
}

/** One dimension set. */
export interface SetTrace {
  readonly names: readonly string[];
  /** Why the series is not published under it, in words. Empty: it is, if the declaration selects it and applies. */
  readonly problems: readonly string[];
}

/** The smallest change of the configuration that would publish a series. */
export interface Edit {
  readonly index: number;
  /** Such as `metric_selectors`. */
  readonly key: string;
  /** The new value, or what to add to the list. */
  readonly value: string;
  readonly text: string;
}

/** The answers of all declarations about a series, in their order. */
export function traceOf(
  declarations: readonly Declaration[],
  series: Refused,
): readonly DeclarationTrace[] {
  const { name, labels } = series;
  return declarations.map((declaration, index) => {
    const { selectors, matcher, sourceLabels, dimensions } = declaration;
    const source = sourceOf(declaration, labels);
    const mostCharacters = maxCharactersFor(matcher);
    return {
      index,
      selector: selectors.find((selector) => isSelected(name, [selector]))?.source,
      matcher: matcher.source,
      source,
      mostCharacters: source.length > mostCharacters ? mostCharacters : undefined,
      sourceLabels,
      absent: sourceLabels.filter((label) => !labels[label]),
      applies: applies(declaration, labels),
      sets: dimensions.map((names) => ({
        names,
        problems: names.flatMap((label) => problemOf(label, name, labels) ?? []),
      })),
    };
  });
}

/**
 * The one edit that publishes a series that no declaration publishes: of the declaration that has only one fault, else a
 * declaration of its own. Undefined if one publishes it, or none can.
 */
export function nearestEdit(
  traces: readonly DeclarationTrace[],
  { name, labels }: Refused,
): Edit | undefined {
  if (!isMetricName(name)) return undefined;
  const faulty = traces
    .filter(({ sourceLabels, mostCharacters }) => {
      // No expression reads a longer text.
      return sourceLabels.length > 0 && mostCharacters === undefined;
    })
    .map((trace) => ({ trace, faults: faultsOf(trace, labels) }));
  if (faulty.some(({ faults }) => faults.length === 0)) return undefined;
  const single = faulty.find(({ faults }) => faults.length === 1);
  if (single === undefined) return furtherDeclaration(traces, { name, labels });
  const { trace, faults } = single;
  const { index } = trace;
  const at = `metric_declaration[${index}]`;
  switch (faults[0]) {
    case 'selector': {
      const value = `^${escaped(name)}$`;
      return {
        index,
        key: 'metric_selectors',
        value,
        text: `add ${value} to metric_selectors of ${at}`,
      };
    }
    case 'matcher': {
      const value = `^${escaped(trace.source)}$`;
      const text = `let label_matcher of ${at} match ${JSON.stringify(trace.source)}, such as by ${value}`;
      return { index, key: 'label_matcher', value, text };
    }
    default: {
      const [nearest] = trace.sets.toSorted((a, b) => a.problems.length - b.problems.length);
      const complete = (nearest?.names ?? []).filter(
        (label) => problemOf(label, name, labels) === undefined,
      );
      const kept = [...new Set([...complete, ...neededBy(labels)])];
      const value = `[${kept.join(', ')}]`;
      return {
        index,
        key: 'dimensions',
        value,
        text: `add the set ${value} to dimensions of ${at}`,
      };
    }
  }
}

/** A declaration for one series, by a label that those before it name, else by one that it has. */
function furtherDeclaration(
  traces: readonly DeclarationTrace[],
  { name, labels }: Refused,
): Edit | undefined {
  const named = traces.flatMap(({ sets, sourceLabels }) => [
    ...sets.flatMap(({ names }) => names),
    ...sourceLabels,
  ]);
  const label = [...named, ...Object.keys(labels)].find(
    (each) => problemOf(each, name, labels) === undefined,
  );
  if (label === undefined) return undefined;
  const value = JSON.stringify({
    source_labels: [label],
    label_matcher: `^${escaped(labels[label] ?? '')}$`,
    metric_selectors: [`^${escaped(name)}$`],
    dimensions: [[...new Set([label, ...neededBy(labels)])]],
  });
  const text = `add the entry ${value} to metric_declaration`;
  return { index: traces.length, key: 'metric_declaration', value, text };
}

/** The parts of a declaration that keep it from publishing the series in a way that means something. */
function faultsOf(
  { selector, applies: matches, sets }: DeclarationTrace,
  labels: Refused['labels'],
) {
  const faults: ('selector' | 'matcher' | 'dimensions')[] = [];
  if (!matches) faults.push('matcher');
  if (selector === undefined) faults.push('selector');
  const needed = neededBy(labels);
  const isComplete = ({ names, problems }: SetTrace) =>
    problems.length === 0 && needed.every((label) => names.includes(label));
  if (!sets.some(isComplete)) faults.push('dimensions');
  return faults;
}

/** Labels without which a metric would mix what is not alike: the quantiles of a summary. */
function neededBy({ quantile }: Refused['labels']): readonly string[] {
  return quantile ? ['quantile'] : [];
}

/** A text as an RE2 expression that matches it alone. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
