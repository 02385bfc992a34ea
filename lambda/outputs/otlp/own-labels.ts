import type { TargetSamples } from '../../model/delivery/sample-output.ts';
import { type Labels, labelsOf, type Series } from '../../model/samples/sample.ts';
import { joinLabels } from '../../model/targets/join-labels.ts';

/** The labels of a series that are not equal to its target's, which the resource has. */
export function ownLabels(series: Series, target: TargetSamples['target']): Labels {
  const joined = labelsOf(series.origin ? series.labels : joinLabels(series.labels, target));
  for (const name of Object.keys(joined)) {
    if (joined[name] === target.labels[name]) delete joined[name];
  }
  return joined;
}
