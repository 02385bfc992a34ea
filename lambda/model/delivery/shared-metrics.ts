import type { KnownMetrics } from './state.ts';

/** The part of a shared `metric_budget` that one collector may use. */
export interface MetricShare {
  /** Metrics that it may publish beyond those that all of them know. */
  readonly room: number;
  /** Metrics that all of them know; absent without any. */
  readonly known?: KnownMetrics | undefined;
  /** The reason why the known metrics could not be read, for the log. */
  readonly failure?: string | undefined;
}

/** The common knowledge of published metrics among collectors that each have a part of the targets. Never rejects. */
export interface SharedMetrics {
  /** Begins a cycle. @returns undefined if the budget is not shared */
  begin(signal: AbortSignal): Promise<MetricShare | undefined>;
  /**
   * Reports the metrics that this collector has published and that the others do not know, or heard of a while ago.
   *
   * @returns the reason of a failure, for the log
   */
  end(fresh: KnownMetrics, signal: AbortSignal): Promise<string | undefined>;
}
