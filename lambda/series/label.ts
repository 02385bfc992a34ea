import { type Labels, labelsOf, type Series } from '../model/sample.ts';
import type { Target } from '../model/target.ts';

/** Label that says the type of an event's metrics, as the CloudWatch Agent attaches it. */
export const TYPE_LABEL = 'prom_metric_type';

export const CLUSTER_LABEL = 'ClusterName';

/**
 * Joins the labels of one target's series with those of the target.
 *
 * The result also tells which samples share an event: series of the same type with the same labels get the same object.
 */
export class Labeller {
  readonly #target: Target;
  readonly #clusterName: string | undefined;
  readonly #bySeries = new Map<string, Labels>();

  /** @param clusterName value of `ClusterName` where neither the series nor the target has one */
  constructor(target: Target, clusterName: string | undefined) {
    this.#target = target;
    this.#clusterName = clusterName;
  }

  of(series: Series): Labels {
    const key = seriesKey('', series);
    let labels = this.#bySeries.get(key);
    if (labels === undefined) {
      labels = this.#join(series);
      this.#bySeries.set(key, labels);
    }
    return labels;
  }

  #join(series: Series): Labels {
    const { labels: ofTarget, honorLabels } = this.#target;
    const joined = labelsOf(ofTarget);
    const conflicting: [name: string, value: string][] = [];
    for (const [name, value] of Object.entries(series.labels)) {
      const conflicts = ofTarget[name] !== undefined;
      // An empty value is no label, in Prometheus and in CloudWatch alike.
      if (value === '') {
        // But it says that the series has none, as the Pushgateway does for `instance`.
        if (conflicts && honorLabels) delete joined[name];
      } else if (conflicts && !honorLabels) conflicting.push([name, value]);
      else joined[name] = value;
    }
    // Short names first, as Prometheus does, so that the order of the labels makes no difference.
    conflicting.sort(([a], [b]) => a.length - b.length);
    for (const [name, value] of conflicting) joined[exportedName(name, joined)] = value;
    if (this.#clusterName) joined[CLUSTER_LABEL] ??= this.#clusterName;
    joined[TYPE_LABEL] = series.type;
    return joined;
  }
}

/** `exported_` before the name, repeated until there is no such label, as Prometheus does. */
function exportedName(name: string, taken: Labels): string {
  let exported = `exported_${name}`;
  while (taken[exported] !== undefined) exported = `exported_${exported}`;
  return exported;
}

/**
 * One text for each series of a target: `name`, type and labels, whatever order the labels come in. Labels without a value
 * are none. The length before each value tells a value that looks like further labels from those.
 */
export function seriesKey(name: string, { type, labels }: Series): string {
  const names = Object.keys(labels);
  if (names.length > 1) names.sort();
  let key = `${name}\u0000${type}`;
  for (const label of names) {
    const value = labels[label];
    if (value) key += `\u0000${label}\u0000${value.length}\u0000${value}`;
  }
  return key;
}
