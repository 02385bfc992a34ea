import type { TargetSamples } from '../../../model/delivery/sample-output.ts';
import type { DropReason } from '../../../model/samples/drops.ts';
import { costOfMatching, maxCharactersFor } from '../../../model/samples/matched-text.ts';
import { METRIC_NAME, type RelabelRule, relabel } from '../../../model/samples/relabel.ts';
import { type Labels, labelsOf, type Series } from '../../../model/samples/sample.ts';
import { joinLabels } from '../../../model/targets/join-labels.ts';
import type { Step } from '../../../model/waiting/turn.ts';

/** The rules for the labels of all series. */
export interface LabelRules {
  /** Labels to add to series that lack them. */
  readonly external: Labels;
  readonly relabeling: readonly RelabelRule[];
}

/** Why a series is not sent. */
export type Unsent = Extract<DropReason, 'relabeled' | 'long_text'>;

/** Relabeling would take too long. */
class LongTextError extends Error {
  override readonly name = 'LongTextError';
}

/**
 * The labels that a receiver gets of a series, its name among them. Those without a value do not exist.
 *
 * @param step called for each text that a rule reads; what it throws ends this
 * @returns `relabeled` if relabeling drops the series, `long_text` if it would have to read too long a text
 */
export function sentLabels(
  series: Series,
  target: TargetSamples['target'],
  { external, relabeling }: LabelRules,
  step?: Step,
): Labels | Unsent {
  const own = series.origin ? series.labels : joinLabels(series.labels, target);
  const all = labelsOf(external, own, { [METRIC_NAME]: series.name });
  return relabeling.length === 0 ? all : relabeled(all, relabeling, step);
}

function relabeled(all: Labels, rules: readonly RelabelRule[], step?: Step): Labels | Unsent {
  try {
    const labels = relabel(all, rules, (text, regex) => {
      step?.(costOfMatching(text, regex));
      if (text.length > maxCharactersFor(regex)) throw new LongTextError();
    });
    return labels ?? 'relabeled';
  } catch (error) {
    if (error instanceof LongTextError) return 'long_text';
    throw error;
  }
}
