import { type Labels, labelsOf } from '../samples/sample.ts';
import type { Target } from './target.ts';

/**
 * The labels of a series joined with those of its target. On a conflict the target's label wins, unless it honors the
 * series'.
 */
export function joinLabels(
  labels: Labels,
  { labels: ofTarget, honorLabels }: Pick<Target, 'labels' | 'honorLabels'>,
): Record<string, string> {
  const joined = labelsOf(ofTarget);
  const conflicting: [name: string, value: string][] = [];
  for (const [name, value] of Object.entries(labels)) {
    const conflicts = ofTarget[name] !== undefined;
    // An empty value removes a label, in Prometheus and in CloudWatch.
    if (value === '') {
      // An empty label of the series removes the target's, as the Pushgateway does with `instance`.
      if (conflicts && honorLabels) delete joined[name];
    } else if (conflicts && !honorLabels) conflicting.push([name, value]);
    else joined[name] = value;
  }
  // Short names first, as in Prometheus, so that the order of the labels does not matter.
  conflicting.sort(([a], [b]) => a.length - b.length);
  for (const [name, value] of conflicting) joined[exportedName(name, joined)] = value;
  return joined;
}

/** `exported_` before the name, repeated until there is no such label, as Prometheus does. */
function exportedName(name: string, taken: Labels): string {
  let exported = `exported_${name}`;
  while (taken[exported] !== undefined) exported = `exported_${exported}`;
  return exported;
}
