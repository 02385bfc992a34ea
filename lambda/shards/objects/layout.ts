import { RECENT_CYCLES } from './limits.ts';

/** The planned number of shards. */
export interface ShardPlan {
  /** The number of shards; with `targetsPerShard` the largest number. From 1 to `MAX_SHARDS`. */
  readonly shards: number;
  /** Absent: always `shards`. At least 1. */
  readonly targetsPerShard?: number | undefined;
}

/** A division of the targets. Within a layout a target always belongs to the same shard. */
export interface Layout {
  /** Grows: no two layouts of a collector have the same number. */
  readonly number: number;
  readonly shards: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The source of states for its shards; absent if each has a state of its own, or if there is no source. */
  readonly inherits?: Inherited | undefined;
}

/** An earlier layout, or the state of a collector that was not divided. */
export type Inherited = Pick<Layout, 'number' | 'shards'> | 'undivided';

/** The stored states. */
export interface StoredStates {
  /** Whether each shard of the current layout has a state of its own. */
  readonly isComplete: boolean;
  /** Whether the undivided collector has written a state since the last cycle. */
  readonly isUndivided: boolean;
  /** The last layout with states, in case the current one is unknown. */
  readonly newest?: Pick<Layout, 'number' | 'shards'> | undefined;
  /** Known cycles of the current layout, among the last `RECENT_CYCLES`. */
  readonly cycles: number;
}

/** The number of targets. */
export interface TargetCount {
  readonly count: number;
  /** Whether the list of targets is complete. */
  readonly isComplete: boolean;
}

/**
 * The number of shards falls only if they stay below this load: otherwise a varying number of targets would move them
 * to and fro.
 */
const FULL_ENOUGH = 0.7;

/**
 * After these milliseconds, and `RECENT_CYCLES`, a layout may be replaced although some of its shards have written no
 * state: they will not.
 */
export const PATIENCE_MS = 15 * 60_000;

/**
 * The next layout, often the current one. A new layout begins with the states of the current one, so it waits until
 * each shard has written one.
 *
 * @param now milliseconds since the epoch
 */
export function nextLayout(
  current: Layout | undefined,
  targets: TargetCount,
  plan: ShardPlan,
  stored: StoredStates,
  now: number,
): Layout {
  const shards = shardsFor(targets, plan, current);
  const following = (inherits: Inherited | undefined): Layout => ({
    // A number beyond all stored layouts, whose states are old.
    number: (current ?? stored.newest ?? { number: 0 }).number + 1,
    shards,
    since: now,
    ...(inherits !== undefined && { inherits }),
  });
  // This state is newer than those of the shards, because they delete it.
  if (stored.isUndivided) return following('undivided');
  if (current === undefined) return following(stored.newest);
  if (stored.isComplete && current.inherits !== undefined) {
    const { inherits: _, ...settled } = current;
    return settled;
  }
  const isGivenUp = now - current.since > PATIENCE_MS && stored.cycles >= RECENT_CYCLES;
  const mayChange = stored.isComplete || isGivenUp;
  if (shards === current.shards || !mayChange) return current;
  return following({ number: current.number, shards: current.shards });
}

function shardsFor(
  { count, isComplete }: TargetCount,
  { shards: most, targetsPerShard }: ShardPlan,
  current: Layout | undefined,
): number {
  if (targetsPerShard === undefined) return most;
  const with_ = (perShard: number) => Math.min(Math.max(Math.ceil(count / perShard), 1), most);
  const needed = with_(targetsPerShard);
  if (current === undefined || needed >= current.shards) return needed;
  // Targets that are missing for a moment would come back to too few shards.
  if (!isComplete) return current.shards;
  return Math.min(with_(targetsPerShard * FULL_ENOUGH), current.shards);
}
