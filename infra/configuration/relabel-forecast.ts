import { compileAnchored } from '../../lambda/config/values/pattern.ts';
import { type RelabelAction, relabel } from '../../lambda/model/samples/relabel.ts';
import type { RelabelFacts } from './check/check.ts';

/** What is known of labels: values by name, the empty one where there is no such label. Of any other name nothing is known. */
export type KnownLabels = Readonly<Record<string, string>>;

/** Actions that go by nothing but the names of labels. */
const BY_NAME: ReadonlySet<RelabelAction> = new Set(['labeldrop', 'labelkeep']);

/** Actions that read the label that the others write. */
const COMPARING: ReadonlySet<RelabelAction> = new Set(['keepequal', 'dropequal']);

const DROPPING: ReadonlySet<RelabelAction> = new Set(['keep', 'drop', ...COMPARING]);

/**
 * What rules of relabeling are sure to make of labels of which only some are known. What depends on others is taken for what
 * keeps everything.
 *
 * @returns what is known then, or undefined where the owner of the labels is dropped, whatever the others are
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

/** Whether the names of the labels that it writes depend on other labels. */
function writesAnywhere({ action, targetLabel }: RelabelFacts): boolean {
  return action === 'labelmap' || targetLabel.includes('$');
}

function readsOf({ action, sourceLabels, targetLabel }: RelabelFacts): readonly string[] {
  return COMPARING.has(action) ? [...sourceLabels, targetLabel] : sourceLabels;
}

function without(labels: KnownLabels, unknown: string): KnownLabels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== unknown));
}
