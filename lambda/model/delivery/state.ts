/** The memory of the collector between cycles, which makes counters lose nothing. */

/** The last value of a cumulative series, or of a series with timestamps of its own. */
export interface Previous {
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Milliseconds since the epoch: the beginning of the count, if it was known. */
  readonly start?: number | undefined;
}

/** The last values of a target's series, by `seriesKey`. */
export type PreviousValues = Pick<ReadonlyMap<string, Previous>, 'get'>;

/** The state of a target. Times are milliseconds since the epoch. */
export interface TargetPast {
  readonly series: PreviousValues;
  /**
   * Until this time the target's series are accounted for, so a series that began later counts from zero. It is the
   * target's last committed scrape, or before the first one the last complete cycle when the target was first seen.
   * `undefined` without either.
   */
  readonly baseline: number | undefined;
  /** For a target that keeps a history: the cursor of the next request, which gives the missing points. */
  readonly cursor: string | undefined;
}

/** The next state of a target, once all its events are settled. Times are milliseconds since the epoch. */
export interface Advance {
  /** By `seriesKey`: all series of the scrape, including unchanged ones. Missing series are forgotten later. */
  readonly updates: ReadonlyMap<string, Previous>;
  /** The beginning of the scrape. */
  readonly scrapedAt: number;
  /** As in `TargetPast`, if the target gave a cursor. */
  readonly cursor: string | undefined;
}

/** The facts about a target that the state needs. */
export interface SeenTarget {
  readonly id: string;
  /** The start of its task. A start after the last commit means another task at the same address. */
  readonly startedAt?: number | undefined;
}

/** The published metrics that a `metric_budget` knows, in a compact form. */
export interface KnownMetrics {
  /** 8 bytes for each: six of its hash, two of the minutes since its last publication. */
  readonly combinations: Uint8Array;
  /** Milliseconds since the epoch: the last cycle. */
  readonly asOf: number;
}

/** The end of a cycle. Times are milliseconds since the epoch. */
export interface CycleEnd {
  readonly now: number;
  /** The time of a complete list of targets; `undefined` if discovery was not complete. */
  readonly completedAt: number | undefined;
  /** Absent: unchanged. */
  readonly knownMetrics?: KnownMetrics | undefined;
}

/** The work of one cycle on the state. */
export interface StateReport {
  /** Targets in the state. */
  readonly targets: number;
  readonly series: number;
  /** Bytes of the stored object, as of the last write or read; 0 without one. */
  readonly bytes: number;
  readonly reads: number;
  readonly writes: number;
  /** Writes that another writer preceded: both collected at the same time, so some increases were delivered twice. */
  readonly conflicts: number;
  /** Failed reads and writes. */
  readonly failures: number;
  /** Series without room in memory, whose counters begin anew. */
  readonly forgotten: number;
  /** Objects that could not be read; each was kept under another name, and the state began anew. */
  readonly setAside: number;
  /** One text for each failure, for the log. */
  readonly errors: readonly string[];
}

/** The state of a collector. No method rejects: failures are in the report. */
export interface State {
  /** Begins a cycle: reads the stored state unless it is known already. */
  begin(signal: AbortSignal): Promise<void>;
  /** Whether the past is known. Until then, the collector publishes no cumulative series and commits nothing. */
  readonly isKnown: boolean;
  /** Milliseconds by which another collector with the same state may be ahead; 0 without others. */
  readonly overlapMs: number;
  /** As of the last cycle that set them; `undefined` if none did. */
  readonly knownMetrics: KnownMetrics | undefined;
  /** Notes the targets of this cycle, including those that will not answer. */
  see(targets: Iterable<SeenTarget>, now: number): void;
  of(targetId: string): TargetPast;
  /** Advances a target. Called only after each of its events is settled. */
  commit(targetId: string, advance: Advance): void;
  /** Ends a cycle: forgets series that were not seen for long, and writes once. */
  end(cycle: CycleEnd, signal: AbortSignal): Promise<StateReport>;
}

/**
 * The key of a target's state for an output. The state advances for each output by itself: if an output rejects an
 * increase, only its own next difference contains it.
 */
export function stateKey(output: string, targetId: string): string {
  return `${output}\n${targetId}`;
}

/** The target of a key. */
export function targetIdOf(key: string): string {
  return key.slice(key.indexOf('\n') + 1);
}
