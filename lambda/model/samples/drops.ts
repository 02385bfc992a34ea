import type { Series } from './sample.ts';

/** The reason why a sample was not published. */
export type DropReason =
  /** `metric_relabel_configs` dropped it. */
  | 'relabeled'
  /** A rule of `write_relabel_configs` would read a text of its labels that is longer than the bound of its expression. */
  | 'long_text'
  /** No declaration's matcher and selectors match it. */
  | 'no_declaration'
  /** Declarations select it, but each of their dimension sets names a label that it lacks, or that CloudWatch refuses. */
  | 'no_dimension_set'
  /** The `metric_budget` is used up, and it would be a new metric under each of its dimension sets. */
  | 'metric_budget'
  /** NaN or an infinity, which CloudWatch refuses. */
  | 'not_finite'
  /** Outside of the range that CloudWatch accepts. */
  | 'out_of_range'
  /** A name that CloudWatch refuses. */
  | 'metric_name'
  /** A time further in the past or the future than the receiver accepts, or than its protocol can express. */
  | 'timestamp'
  /** Its labels alone exceed the size of an event. */
  | 'too_large'
  /** The first value of a cumulative series that may have begun long ago: there is no earlier value to subtract. */
  | 'first_sample'
  /** A cumulative series while the state cannot be read: the next difference contains its increase. */
  | 'no_state'
  /** A histogram without new observations, or without any. */
  | 'no_observation'
  /**
   * A bucket without a bound, or that contradicts the wider ones; or a histogram whose buckets fall or are negative, or
   * whose count is unknown.
   */
  | 'inconsistent_histogram'
  /** Not newer than the series' last published sample. */
  | 'not_newer'
  /** The scrape has the same name and labels twice. */
  | 'duplicate'
  /** The daemon of an instance sent it for a task of another instance, or for a task that another daemon has sent already. */
  | 'not_its_task'
  /** The daemon of an instance sent it for a task whose own sidecar has answered. */
  | 'own_sidecar'
  /** The cycle ended before it was processed: the next difference contains the increase of a counter. */
  | 'deadline'
  /** A defect of the collector stopped the target's samples. */
  | 'internal';

/** Dropped series that a target gives as examples, for each reason. */
const MAX_EXAMPLES = 20;

/** Counts the dropped samples of one target, by reason. */
export class Drops {
  readonly counts = new Map<DropReason, number>();
  readonly #log: ((reason: DropReason, series: Series) => void) | undefined;
  readonly #example: ((reason: DropReason, series: Series) => void) | undefined;

  /**
   * @param log receives each dropped sample, for the debug log
   * @param example receives the first few of each reason
   */
  constructor(
    log?: (reason: DropReason, series: Series) => void,
    example?: (reason: DropReason, series: Series) => void,
  ) {
    this.#log = log;
    this.#example = example;
  }

  /** A histogram counts as a whole by its parts. */
  add(reason: DropReason, series: Series): void {
    const { parts } = series;
    const count = parts?.length ?? 1;
    if (count === 0) return;
    const before = this.counts.get(reason) ?? 0;
    this.counts.set(reason, before + count);
    if (before < MAX_EXAMPLES) this.#example?.(reason, series);
    if (this.#log === undefined) return;
    for (const each of parts ?? [series]) this.#log(reason, each);
  }

  /** Counts unwanted samples that were not decoded. */
  addUnread(count: number): void {
    if (count > 0)
      this.counts.set('no_declaration', count + (this.counts.get('no_declaration') ?? 0));
  }

  get total(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }
}
