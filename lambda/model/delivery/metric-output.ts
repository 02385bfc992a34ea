import type { Drops } from '../samples/drops.ts';
import type { MetricGroup } from '../samples/metric-group.ts';
import type { Step } from '../waiting/turn.ts';
import type { DeliveryOutcome, DeliveryReport } from './event.ts';

/** What of one target is published as metrics. */
export interface TargetMetrics {
  readonly groups: readonly MetricGroup[];
  /** CloudWatch unit by name of the metric. */
  readonly units: ReadonlyMap<string, string>;
  /** Called for each metric; what it throws ends that. */
  readonly step?: Step | undefined;
}

/** A place that takes metrics as the rules publish them, without events around them. */
export interface MetricOutput {
  readonly takes: 'metrics';
  /** Of no other output, and the same in each process: what is remembered between cycles is found by it. */
  readonly name: string;
  /**
   * Begins the delivery of one cycle. `signal` is its deadline: what is not accepted by then is rejected as `deadline`.
   *
   * @param patienceMs as of `Output.open`
   */
  open(signal: AbortSignal, patienceMs?: number): MetricDelivery;
}

/** The delivery of one cycle. */
export interface MetricDelivery {
  /**
   * Works out what is to be sent of one target; what cannot be a metric is added to `drops`.
   *
   * @returns takes all of it. Resolves when each metric was accepted or rejected, which may be as late as `close`; never rejects.
   *   Await `ready` first to keep memory bounded.
   */
  prepare(metrics: TargetMetrics, drops: Drops): () => Promise<DeliveryOutcome>;
  /** Resolves when there is room for more metrics. */
  ready(): Promise<void>;
  /** Sends what is buffered and waits for all answers. */
  close(): Promise<DeliveryReport>;
}
