import type { Drops } from '../samples/drops.ts';
import type { Extras, FamilyText, Sample } from '../samples/sample.ts';
import type { Target } from '../targets/target.ts';
import type { Step } from '../waiting/turn.ts';
import type { DeliveryOutcome, DeliveryReport } from './event.ts';

/** The samples of one scrape of one target, after metric relabeling. */
export interface TargetSamples {
  readonly target: Pick<Target, 'id' | 'labels' | 'honorLabels' | 'startedAt'>;
  /** Milliseconds since the epoch: the time of samples without a timestamp. */
  readonly startedAt: number;
  /** Empty if the cycle ended before the scrape, which leaves the state of the target unknown. */
  readonly samples: readonly Sample[];
  /** The texts of the target's families, if an output needs them. @default none */
  readonly texts?: readonly FamilyText[] | undefined;
  /** Called for each written sample; an error that it throws ends the write. */
  readonly step?: Step | undefined;
}

/** A receiver of samples as scraped, without a memory of earlier values. */
export interface SampleOutput {
  readonly takes: 'samples';
  /** Unique among the outputs, and equal in each process: it is the key of the output's state. */
  readonly name: string;
  /** Further parts of an exposition that it sends; parts that no output needs are not read. @default none */
  readonly needs?: Extras | undefined;
  /**
   * Begins the delivery of one cycle. `signal` is its deadline: samples that are not accepted by then are rejected as
   * `deadline`.
   *
   * @param patienceMs as in `Output.open`
   */
  open(signal: AbortSignal, patienceMs?: number): SampleDelivery;
}

/** The delivery of one cycle. */
export interface SampleDelivery {
  /** Passes on the targets of this cycle. Called at most once, and before the first `write`. */
  discovered(targetIds: ReadonlySet<string>): void;
  /**
   * Takes the samples of one target; those that cannot be sent go into `drops`. Resolves when each other one was
   * accepted or rejected, at the latest in `close`; never rejects. Await `ready` first to keep memory bounded.
   */
  write(scraped: TargetSamples, drops: Drops): Promise<DeliveryOutcome>;
  /** Resolves when there is room for more samples. */
  ready(): Promise<void>;
  /** Sends the buffered samples and waits for all answers. */
  close(): Promise<DeliveryReport>;
}
