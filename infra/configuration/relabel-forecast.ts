import { compileAnchored } from '../../lambda/config/values/pattern.ts';
import { type RelabelAction, relabel } from '../../lambda/model/samples/relabel.ts';
import type { RelabelFacts } from './check/check.ts';

/** The known labels: values by name, empty for a missing label. All other labels are unknown. */
export type KnownLabels = Readonly<Record<string, string>>;

/** Actions that only read the names of labels. */
const BY_NAME: ReadonlySet<RelabelAction> = new Set(['labeldrop', 'labelkeep']);

/** Actions that compare the label that other actions write. */
const COMPARING: ReadonlySet<RelabelAction> = new Set(['keepequal', 'dropequal']);

const DROPPING: ReadonlySet<RelabelAction> = new Set(['keep', 'drop', ...COMPARING]);

/**
 * Predicts the result of relabeling for labels that are only partly known. Rules that depend on other labels count as
 * keeping everything.
 *
 * @returns the labels that are known afterwards, or undefined if the owner of the labels is dropped in any case
 */
export function forecast(
  known: KnownLabels,
  rules: readonly RelabelFacts[],
): KnownLabels | undefined {
  let labels = known;
  for (const rule of rules) {
    if (writesAnywhere(rule)) {
      labels = {};
    } else if (BY_NAME.has(rule.action) || readsOf(rule).every((name) => name in labels)) {
      const result = relabel(labels, [{ ...rule, regex: compileAnchored(rule.regex) }]);
      if (result === undefined) return undefined;
      const names = [...Object.keys(labels), ...Object.keys(result)];
      labels = Object.fromEntries(names.map((name) => [name, result[name] ?? '']));
    } else if (!DROPPING.has(rule.action)) {
      labels = without(labels, rule.targetLabel);
    }
  }
  return labels;
}

/** Whether the names of the written labels depend on other labels. */
function writesAnywhere({ action, targetLabel }: RelabelFacts): boolean {
  return action === 'labelmap' || targetLabel.includes('$');
}

function readsOf({ action, sourceLabels, targetLabel }: RelabelFacts): readonly string[] {
  return COMPARING.has(action) ? [...sourceLabels, targetLabel] : sourceLabels;
}

function without(labels: KnownLabels, unknown: string): KnownLabels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== unknown));
}
