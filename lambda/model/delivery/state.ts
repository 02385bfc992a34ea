/** What the collector remembers between cycles, so that counters lose nothing. */

/** The last value of a cumulative series, or of one that brings its own times. */
export interface Previous {
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Milliseconds since the epoch when the series had begun to count, where that was known. */
  readonly start?: number | undefined;
}

/** What is remembered of a target's series, by `seriesKey`. */
export type PreviousValues = Pick<ReadonlyMap<string, Previous>, 'get'>;

/** What is remembered of a target. Times are milliseconds since the epoch. */
export interface TargetPast {
  readonly series: PreviousValues;
  /**
   * Until when the target's series are accounted for, so that one which began to count later counts from zero: its last
   * scrape that was committed, or before the first one the last cycle that was complete when the target was first seen.
   * `undefined` where there was none.
   */
  readonly baseline: number | undefined;
  /** Of a target that keeps a history: what it is to be asked with, so that it gives the points that are still missing. */
  readonly cursor: string | undefined;
}

/** What a target's events, all of them settled, let the state advance to. Times are milliseconds since the epoch. */
export interface Advance {
  /** By `seriesKey`: all that the scrape had, those that stay as they were included. What it lacks is forgotten one day. */
  readonly updates: ReadonlyMap<string, Previous>;
  /** When the scrape began. */
  readonly scrapedAt: number;
  /** As of `TargetPast`, where the target gave one. */
  readonly cursor: string | undefined;
}

/** A target as far as the state knows it. */
export interface SeenTarget {
  readonly id: string;
  /** When its task started. One that started after the last commit is another task at the same address. */
  readonly startedAt?: number | undefined;
}

/** What a `metric_budget` knows of the metrics that were published, in a compact form. */
export interface KnownMetrics {
  /** 8 bytes for each: six of its hash, two of the minutes since it was seen. */
  readonly combinations: Uint8Array;
  /** Milliseconds since the epoch: the last cycle. */
  readonly asOf: number;
}

/** How a cycle ends. Times are milliseconds since the epoch. */
export interface CycleEnd {
  readonly now: number;
  /** As of when all targets were known; `undefined` where discovery was not complete. */
  readonly completedAt: number | undefined;
  /** Absent: as before. */
  readonly knownMetrics?: KnownMetrics | undefined;
}

/** What one cycle did with the state. */
export interface StateReport {
  /** What is remembered now. */
  readonly targets: number;
  readonly series: number;
  /** Of the stored object, as it was last written or read; 0 where nothing is stored. */
  readonly bytes: number;
  readonly reads: number;
  readonly writes: number;
  /** Writes that another writer was ahead of: both collected at the same time, so some increases were delivered twice. */
  readonly conflicts: number;
  /** Reads and writes that did not work. */
  readonly failures: number;
  /** Series for which there was no memory: their counters begin anew. */
  readonly forgotten: number;
  /** Objects that could not be understood; each was kept under another name, and the state began anew. */
  readonly setAside: number;
  /** One text for each thing that went wrong, for the log. */
  readonly errors: readonly string[];
}

/** The state of a collector. Nothing of it ever rejects: what goes wrong is in the report. */
export interface State {
  /** Begins a cycle: reads what is stored, where that is not known yet. */
  begin(signal: AbortSignal): Promise<void>;
  /** Whether the past is known. As long as it is not, nothing can be said of cumulative series, and nothing is committed. */
  readonly isKnown: boolean;
  /** Milliseconds by which another collector may be ahead that uses the same state; 0 where there can be none. */
  readonly overlapMs: number;
  /** As of the last cycle that told them; `undefined` where none did. */
  readonly knownMetrics: KnownMetrics | undefined;
  /** Notes the targets of this cycle, the ones that will not answer included. */
  see(targets: Iterable<SeenTarget>, now: number): void;
  of(targetId: string): TargetPast;
  /** Advances a target. Only after each of its events was settled. */
  commit(targetId: string, advance: Advance): void;
  /** Ends a cycle: forgets what was not seen for long, and writes once. */
  end(cycle: CycleEnd, signal: AbortSignal): Promise<StateReport>;
}

/**
 * The name by which a target is remembered for an output. What is remembered advances for each output by itself: what one of
 * them did not accept is in its next difference, and only in its own.
 */
export function stateKey(output: string, targetId: string): string {
  return `${output}\n${targetId}`;
}

/** The target that is remembered under a name. */
export function targetIdOf(key: string): string {
  return key.slice(key.indexOf('\n') + 1);
}
