import type { Drops } from '../samples/drops.ts';
import type { Extras, FamilyText, Sample } from '../samples/sample.ts';
import type { Target } from '../targets/target.ts';
import type { Step } from '../waiting/turn.ts';
import type { DeliveryOutcome, DeliveryReport } from './event.ts';

/** What one scrape of one target gave, after metric relabeling and before anything else. */
export interface TargetSamples {
  readonly target: Pick<Target, 'id' | 'labels' | 'honorLabels' | 'startedAt'>;
  /** Milliseconds since the epoch: the time of samples without one of their own. */
  readonly startedAt: number;
  /** None at all: the cycle ended before the scrape did, which says nothing of the target. */
  readonly samples: readonly Sample[];
  /** What it said of their families, where an output needs that. @default nothing */
  readonly texts?: readonly FamilyText[] | undefined;
  /** Called for each sample that is written; what it throws ends that. */
  readonly step?: Step | undefined;
}

/** A place that takes samples as they were scraped, without a memory of earlier values. */
export interface SampleOutput {
  readonly takes: 'samples';
  /** Of no other output, and the same in each process: what is remembered between cycles is found by it. */
  readonly name: string;
  /** What it sends beside values. What no output needs is not read. @default nothing */
  readonly needs?: Extras | undefined;
  /**
   * Begins the delivery of one cycle. `signal` is its deadline: what is not accepted by then is rejected as `deadline`.
   *
   * @param patienceMs as of `Output.open`
   */
  open(signal: AbortSignal, patienceMs?: number): SampleDelivery;
}

/** The delivery of one cycle. */
export interface SampleDelivery {
  /** Says which targets there are in this cycle. At most once, and before the first `write`. */
  discovered(targetIds: ReadonlySet<string>): void;
  /**
   * Takes the samples of one target; what cannot be sent is added to `drops`. Resolves when each of the others was accepted
   * or rejected, which may be as late as `close`; never rejects. Await `ready` first to keep memory bounded.
   */
  write(scraped: TargetSamples, drops: Drops): Promise<DeliveryOutcome>;
  /** Resolves when there is room for more samples. */
  ready(): Promise<void>;
  /** Sends what is buffered and waits for all answers. */
  close(): Promise<DeliveryReport>;
}
