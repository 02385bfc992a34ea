import type { Series } from './sample.ts';

/** Why a sample was not published. */
export type DropReason =
  /** `metric_relabel_configs` say so. */
  | 'relabeled'
  /** No declaration's matcher and selectors want it. */
  | 'no_declaration'
  /** Declarations want it, but each of their dimension sets names a label that it lacks, or that CloudWatch refuses. */
  | 'no_dimension_set'
  /** `metric_budget` is used up, and it would be a new metric under each of its dimension sets. */
  | 'metric_budget'
  /** NaN or an infinity, which CloudWatch refuses. */
  | 'not_finite'
  /** Beyond the range that CloudWatch takes. */
  | 'out_of_range'
  /** A name that is no CloudWatch metric name. */
  | 'metric_name'
  /** A time further in the past or the future than the receiver takes, or than its protocol can say. */
  | 'timestamp'
  /** Its labels alone fill more than one event may have. */
  | 'too_large'
  /** The first value of a cumulative series that may have begun long ago: there is nothing to subtract. */
  | 'first_sample'
  /** A cumulative series while the state cannot be read: its increase is in the next difference. */
  | 'no_state'
  /** A histogram that observed nothing since its last sample, or nothing at all. */
  | 'no_observation'
  /**
   * A bucket that has no bound or contradicts the wider ones; or a histogram with buckets that fall or are negative, or of which
   * nobody knows how much it observed.
   */
  | 'inconsistent_histogram'
  /** Not newer than the series' last published sample. */
  | 'not_newer'
  /** The same name and labels came again in the same scrape. */
  | 'duplicate'
  /** The cycle ended before it was processed: what a counter grew by is in its next difference. */
  | 'deadline'
  /** A defect of the collector stopped the target's samples on their way. */
  | 'internal';

/** Drops of a reason of which a target gives the series as examples. */
const MAX_EXAMPLES = 20;

/** Counts what one target's samples lost on their way, and why. */
export class Drops {
  readonly counts = new Map<DropReason, number>();
  readonly #log: ((reason: DropReason, series: Series) => void) | undefined;
  readonly #example: ((reason: DropReason, series: Series) => void) | undefined;

  /**
   * @param log is told of each dropped sample, for the debug log
   * @param example is told of the first few of each reason
   */
  constructor(
    log?: (reason: DropReason, series: Series) => void,
    example?: (reason: DropReason, series: Series) => void,
  ) {
    this.#log = log;
    this.#example = example;
  }

  /** Of a histogram as a whole, its parts are dropped. */
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

  /** Counts samples of which nothing is known but that nobody wants them. */
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
