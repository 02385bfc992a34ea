import type { Drops } from '../samples/drops.ts';
import type { MetricGroup } from '../samples/metric-group.ts';
import type { Step } from '../waiting/turn.ts';
import type { DeliveryOutcome, DeliveryReport } from './event.ts';

/** The published metrics of one target. */
export interface TargetMetrics {
  readonly groups: readonly MetricGroup[];
  /** CloudWatch unit by name of the metric. */
  readonly units: ReadonlyMap<string, string>;
  /** Called for each metric; an error that it throws ends the work. */
  readonly step?: Step | undefined;
}

/** A receiver of metrics as the rules publish them, without events around them. */
export interface MetricOutput {
  readonly takes: 'metrics';
  /** Unique among the outputs, and equal in each process: it is the key of the output's state. */
  readonly name: string;
  /**
   * Begins the delivery of one cycle. `signal` is its deadline: metrics that are not accepted by then are rejected as
   * `deadline`.
   *
   * @param patienceMs as in `Output.open`
   */
  open(signal: AbortSignal, patienceMs?: number): MetricDelivery;
}

/** The delivery of one cycle. */
export interface MetricDelivery {
  /**
   * Prepares the metrics of one target; those that CloudWatch would refuse go into `drops`.
   *
   * @returns sends all of them. Resolves when each metric was accepted or rejected, at the latest in `close`; never
   *   rejects. Await `ready` first to keep memory bounded.
   */
  prepare(metrics: TargetMetrics, drops: Drops): () => Promise<DeliveryOutcome>;
  /** Resolves when there is room for more metrics. */
  ready(): Promise<void>;
  /** Sends the buffered metrics and waits for all answers. */
  close(): Promise<DeliveryReport>;
}
