import { costOfLabels } from '../model/samples/label-cost.ts';
import { type Labels, labelsOf, type Series } from '../model/samples/sample.ts';
import { joinLabels } from '../model/targets/join-labels.ts';
import type { Target } from '../model/targets/target.ts';
import type { Step } from '../model/waiting/turn.ts';
import { factsOf, seriesKey } from './facts.ts';

/** Label with the type of an event's metrics, as the CloudWatch Agent attaches it. */
export const TYPE_LABEL = 'prom_metric_type';

export const CLUSTER_LABEL = 'ClusterName';

/**
 * Joins the labels of one target's series with those of the target.
 *
 * Series of the same type with the same labels get the same object, which marks the samples that share an event.
 */
export class Labeller {
  readonly #target: Target;
  readonly #clusterName: string | undefined;
  readonly #step: Step;
  readonly #bySeries = new Map<string, Labels>();
  /** Used if metric relabeling may give different series the same labels. */
  readonly #byLabels = new Map<string, Labels>();

  /**
   * @param clusterName value of `ClusterName` where neither the series nor the target has one
   * @param step called with the cost of each join of labels; an error that it throws ends the work
   */
  constructor(target: Target, clusterName: string | undefined, step: Step = () => undefined) {
    this.#target = target;
    this.#clusterName = clusterName;
    this.#step = step;
  }

  of(series: Series): Labels {
    const { labelsKey } = factsOf(series);
    let labels = this.#bySeries.get(labelsKey);
    if (labels === undefined) {
      labels = this.#shared(this.#join(series), series);
      this.#bySeries.set(labelsKey, labels);
      this.#step(costOfLabels(Object.keys(labels).length));
    }
    return labels;
  }

  /** The samples with their labels. */
  *label<T extends { readonly series: Series }>(
    samples: Iterable<T>,
  ): Generator<T & { labels: Labels }> {
    for (const sample of samples) yield { ...sample, labels: this.of(sample.series) };
  }

  #shared(labels: Labels, { type }: Series): Labels {
    if (this.#target.metricRelabeling.length === 0) return labels;
    const key = seriesKey('', { type, labels });
    const known = this.#byLabels.get(key) ?? labels;
    this.#byLabels.set(key, known);
    return known;
  }

  #join(series: Series): Labels {
    // Metric relabeling has joined them already, and may have removed some.
    const joined = series.origin
      ? labelsOf(series.labels)
      : joinLabels(series.labels, this.#target);
    if (this.#clusterName) joined[CLUSTER_LABEL] ??= this.#clusterName;
    joined[TYPE_LABEL] = series.type;
    return joined;
  }
}
