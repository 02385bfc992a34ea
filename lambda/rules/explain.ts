import { maxCharactersFor } from '../model/samples/matched-text.ts';
import type { Labels } from '../model/samples/sample.ts';
import type { Declaration } from '../model/settings/config.ts';
import { isDimensionName, isDimensionValue } from '../model/settings/dimension.ts';
import { isSelected, MAX_SELECTED_NAME } from './selectors.ts';

/** Texts that a message names, such as selectors. */
const MAX_NAMED = 3;

/** Characters of a value that a message shows. */
const MAX_SHOWN = 80;

/** A series that is not published: its name, and its labels joined with those of its target. */
export interface Refused {
  readonly name: string;
  readonly labels: Labels;
}

type Part = Pick<
  Declaration,
  'sourceLabels' | 'separator' | 'matcher' | 'selectors' | 'dimensions'
>;

/**
 * The missing labels of the nearest dimension set of a series, in words: among the declarations that select it and
 * apply to it.
 */
export function whyIncomplete(declarations: readonly Part[], { name, labels }: Refused): string {
  const lacking = declarations.flatMap((declaration, index) => {
    if (!isSelected(name, declaration.selectors) || !applies(declaration, labels)) return [];
    return declaration.dimensions.map((set) => ({
      set,
      index,
      missing: set.filter((label) => problemOf(label, name, labels) !== undefined),
    }));
  });
  const [nearest] = lacking.toSorted((a, b) => a.missing.length - b.missing.length);
  if (nearest === undefined) return `no declaration that applies to ${name} has any dimensions`;
  const { set, index, missing } = nearest;
  const problems = missing.map((label) => problemOf(label, name, labels)).join(', ');
  return `metric_declaration[${index}] cannot publish ${name} under [${set.join(', ')}]: ${problems}`;
}

/** The declaration that comes nearest to selecting any of these series and applying to it, and the difference, in words. */
export function whyRefused(declarations: readonly Part[], refused: readonly Refused[]): string {
  const nearest = declarations
    .flatMap((declaration, index) => refused.map((series) => mismatch(declaration, index, series)))
    .toSorted((a, b) => a.distance - b.distance)[0];
  return nearest?.text ?? 'there is no metric_declaration';
}

/** The distance of a declaration from publishing a series, and the cause. */
function mismatch(declaration: Part, index: number, { name, labels }: Refused) {
  const { sourceLabels, matcher, selectors } = declaration;
  const what = `metric_declaration[${index}]`;
  if (sourceLabels.length === 0) {
    return { distance: 4, text: `${what} has no source_labels, so it applies to nothing` };
  }
  const isChosen = isSelected(name, selectors);
  const isApplied = applies(declaration, labels);
  const absent = sourceLabels.filter((label) => !labels[label]);
  const source = sourceOf(declaration, labels);
  const given = shown(source);
  const most = maxCharactersFor(matcher);
  const refusal =
    source.length > most
      ? `reads texts of at most ${most} characters, got ${source.length}: ${given}`
      : `finds no match in ${given}`;
  const labelText = `its label_matcher ${shown(matcher.source)} ${refusal} (source_labels ${sourceLabels.join(', ')})${absent.length > 0 ? `: there is no label ${absent.join(', ')}` : ''}`;
  const nameText = whyNotSelected(declaration, name);
  if (isChosen) {
    return {
      distance: absent.length > 0 ? 1 : 0,
      text: `${what} selects ${name}, but ${labelText}`,
    };
  }
  // Of two names the nearer one shares the longer beginning.
  const unlike = 1 - Math.max(0, ...selectors.map(({ source }) => likeness(source, name)));
  if (isApplied) {
    return { distance: 2 + unlike / 2, text: `${what} applies to ${given}, but ${nameText}` };
  }
  return { distance: 3 + unlike / 2, text: `${what}: ${nameText}; and ${labelText}` };
}

function whyNotSelected({ selectors }: Part, name: string): string {
  if (selectors.length === 0) return 'it has no metric_selectors';
  if (name.length > MAX_SELECTED_NAME) {
    return `its metric_selectors take names of at most ${MAX_SELECTED_NAME} characters, got ${name.length}: ${shown(name)}`;
  }
  const expressions = several(selectors.map(({ source }) => shown(source)));
  return `none of its metric_selectors finds a match in ${name}: ${expressions}`;
}

/** Whether the matcher of a declaration finds a match in the labels. */
export function applies(declaration: Part, labels: Labels): boolean {
  const { sourceLabels, matcher } = declaration;
  return sourceLabels.length > 0 && matcher.test(sourceOf(declaration, labels));
}

/** The joined values of the source labels. */
export function sourceOf({ sourceLabels, separator }: Part, labels: Labels): string {
  return sourceLabels.map((label) => labels[label] ?? '').join(separator);
}

/** The reason why a label cannot be a dimension of a metric; undefined if it can. */
export function problemOf(label: string, metric: string, labels: Labels): string | undefined {
  const value = labels[label];
  if (!isDimensionName(label)) return `CloudWatch accepts no dimension ${shown(label)}`;
  if (label === metric) return `the label ${label} has the same name as the metric`;
  if (value === undefined || value === '') return `there is no label ${label}`;
  if (!isDimensionValue(value)) return `CloudWatch does not accept ${label} ${shown(value)}`;
  return undefined;
}

/** The part of a name that an expression begins with, from 0 to 1. */
function likeness(expression: string, name: string): number {
  const text = expression.replace(/^\^/, '');
  let length = 0;
  while (length < name.length && text[length] === name[length]) length++;
  return length / name.length;
}

function several(texts: readonly string[]): string {
  const more = texts.length - MAX_NAMED;
  return [...texts.slice(0, MAX_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function shown(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}
