import type { KnownMetrics } from './state.ts';

/** What a collector may publish that shares its `metric_budget` with others. */
export interface MetricShare {
  /** Metrics that it may publish beside those that all of them know. */
  readonly room: number;
  /** Metrics that all of them know; absent where there is none. */
  readonly known?: KnownMetrics | undefined;
  /** Why it could not be learnt what is known, for the log. */
  readonly failure?: string | undefined;
}

/** What collectors that have a part of the targets each know together of the metrics that they publish. Never rejects. */
export interface SharedMetrics {
  /** Begins a cycle. @returns undefined where the budget is not shared */
  begin(signal: AbortSignal): Promise<MetricShare | undefined>;
  /**
   * Tells what this one has published that the others do not know, or have known for a while.
   *
   * @returns why it could not be told, for the log
   */
  end(fresh: KnownMetrics, signal: AbortSignal): Promise<string | undefined>;
}
