import { costOfLabels } from '../model/samples/label-cost.ts';
import { costOfMatching, maxCharactersFor } from '../model/samples/matched-text.ts';
import { quote } from '../model/samples/quote.ts';
import { type Look, METRIC_NAME, relabel } from '../model/samples/relabel.ts';
import {
  type Labels,
  labelsOf,
  type Sample,
  type Series,
  sameLabels,
} from '../model/samples/sample.ts';
import { joinLabels } from '../model/targets/join-labels.ts';
import { ScrapeError } from '../model/targets/scrape-error.ts';
import type { Target } from '../model/targets/target.ts';
import type { Step } from '../model/waiting/turn.ts';
import { checkLabels } from './label-limits.ts';
import { type Outcome, RelabelMemory } from './relabel-memory.ts';

/** The samples of a scrape after metric relabeling. */
export interface Relabeled {
  readonly samples: Sample[];
  /** The dropped series, one for each sample. */
  readonly dropped: readonly Series[];
  /** Remaining samples, before any of them was found wrong. */
  readonly remaining: number;
  /** Present if a limit is exceeded, or a series is invalid afterwards: the whole scrape has failed. */
  readonly failure?: ScrapeError | undefined;
}

/**
 * Applies `metric_relabel_configs` to the labels of samples, joined with those of their target, and then the limits. It
 * remembers the result of each series, so that the next cycle costs only a lookup.
 */
export class MetricRelabeling {
  readonly #memory: RelabelMemory;

  constructor(memory: RelabelMemory = new RelabelMemory()) {
    this.#memory = memory;
  }

  /**
   * @param unread number of further samples, of a target whose labels do not matter. @default 0
   * @param step called for each sample, and each text that a rule reads; an error that it throws ends the work
   */
  apply(target: Target, samples: Sample[], unread = 0, step: Step = () => undefined): Relabeled {
    const { limits } = target;
    const relabeled = labelsMatter(target)
      ? this.#each(target, samples, step)
      : { samples, dropped: [], remaining: samples.length + unread };
    if (limits.samples === 0 || relabeled.remaining <= limits.samples) return relabeled;
    const message = `expected at most ${limits.samples} samples (sample_limit), got ${relabeled.remaining}`;
    return { ...relabeled, failure: relabeled.failure ?? new ScrapeError('sample_limit', message) };
  }

  #each(target: Target, samples: readonly Sample[], step: Step): Relabeled {
    const outcomes = this.#memory.of(target, samples.length);
    const kept: Sample[] = [];
    const dropped: Series[] = [];
    let failure: ScrapeError | undefined;
    for (const sample of samples) {
      step();
      const { series } = sample;
      const outcome = outcomes.has(series)
        ? outcomes.get(series)
        : outcomes.learn(series, outcomeOf(series, target, step));
      if (outcome === undefined) dropped.push(series);
      else if (outcome instanceof ScrapeError) failure ??= outcome;
      else kept.push(outcome === series ? sample : { ...sample, series: outcome });
    }
    return { samples: kept, dropped, remaining: samples.length - dropped.length, failure };
  }
}

/** Whether the labels of a target's samples matter for relabeling and limits. */
export function labelsMatter({ limits, metricRelabeling }: Target): boolean {
  const { labels, labelNameBytes, labelValueBytes } = limits;
  return metricRelabeling.length > 0 || labels > 0 || labelNameBytes > 0 || labelValueBytes > 0;
}

function outcomeOf(series: Series, target: Target, step: Step): Outcome {
  step(costOfLabels(Object.keys(series.labels).length));
  const before = labelsOf(joinLabels(series.labels, target), { [METRIC_NAME]: series.name });
  let after: Labels | undefined;
  try {
    after = relabel(before, target.metricRelabeling, lookAt(series, step));
  } catch (error) {
    if (error instanceof ScrapeError) return error;
    throw error;
  }
  // In Prometheus, removing all labels is a way to drop a series.
  if (after === undefined || Object.keys(after).length === 0) return undefined;
  const name = after[METRIC_NAME];
  if (name === undefined) {
    const message = `expected a metric name after metric relabeling, got none for ${series.name}`;
    return new ScrapeError('invalid_series', message);
  }
  const breach = checkLabels(name, after, target.limits);
  if (breach !== undefined) return breach;
  // Joining it again at its use takes less than remembering the joined labels.
  if (sameLabels(before, after)) return series;
  const labels = labelsOf(after);
  delete labels[METRIC_NAME];
  return { name, family: series.family, type: series.type, labels, origin: series };
}

/** Counts the cost of each text, and refuses those that would take too long. */
function lookAt({ name }: Series, step: Step): Look {
  return (text, regex) => {
    step(costOfMatching(text, regex));
    const most = maxCharactersFor(regex);
    if (text.length <= most) return;
    const message = `expected labels of at most ${most} characters where a rule of metric_relabel_configs with the regex ${quote(regex.source)} reads them, got ${text.length} at ${quote(name)}`;
    throw new ScrapeError('label_value_length_limit', message);
  };
}
