import type { Declaration } from '../model/settings/config.ts';
import { isDimensionName } from '../model/settings/dimension.ts';
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
    return {
      index,
      selector: selectors.find((selector) => isSelected(name, [selector]))?.source,
      matcher: matcher.source,
      source: sourceOf(declaration, labels),
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
 * The one edit that comes nearest to publishing a series that no declaration publishes. Undefined if one does, or none can.
 */
export function nearestEdit(
  traces: readonly DeclarationTrace[],
  { name, labels }: Refused,
): Edit | undefined {
  const [best] = traces
    .filter(({ sourceLabels }) => sourceLabels.length > 0)
    .map((trace) => ({ trace, faults: faultsOf(trace) }))
    .toSorted((one, other) => one.faults.length - other.faults.length);
  if (best === undefined || best.faults.length === 0) return undefined;
  const { index } = best.trace;
  const at = `metric_declaration[${index}]`;
  switch (best.faults[0]) {
    case 'selector': {
      const value = `^${name}$`;
      return {
        index,
        key: 'metric_selectors',
        value,
        text: `add ${value} to metric_selectors of ${at}`,
      };
    }
    case 'matcher': {
      const value = `^${escaped(best.trace.source)}$`;
      const text = `let label_matcher of ${at} match ${JSON.stringify(best.trace.source)}, such as by ${value}`;
      return { index, key: 'label_matcher', value, text };
    }
    default: {
      const [nearest] = best.trace.sets.toSorted((a, b) => a.problems.length - b.problems.length);
      const kept = (nearest?.names ?? []).filter(
        (label) => isDimensionName(label) && problemOf(label, name, labels) === undefined,
      );
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

/** The parts of a declaration that keep it from publishing the series. */
function faultsOf({ selector, applies: matches, sets }: DeclarationTrace) {
  const faults: ('selector' | 'matcher' | 'dimensions')[] = [];
  if (!matches) faults.push('matcher');
  if (selector === undefined) faults.push('selector');
  if (!sets.some(({ problems }) => problems.length === 0)) faults.push('dimensions');
  return faults;
}

/** A text as an RE2 expression that matches it alone. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
