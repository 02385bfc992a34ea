import { RECENT_CYCLES } from './limits.ts';

/** How many shards there are to be. */
export interface ShardPlan {
  /** The number of shards; with `targetsPerShard` the greatest. From 1 to `MAX_SHARDS`. */
  readonly shards: number;
  /** Absent: always `shards`. At least 1. */
  readonly targetsPerShard?: number | undefined;
}

/** How the targets are divided. A target is always of the same shard of a layout. */
export interface Layout {
  /** Counts up: no two layouts of a collector have the same. */
  readonly number: number;
  readonly shards: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Where the states of its shards begin; absent where each has one of its own, or where there is nothing. */
  readonly inherits?: Inherited | undefined;
}

/** An earlier layout, or the state of a collector that was not divided. */
export type Inherited = Pick<Layout, 'number' | 'shards'> | 'undivided';

/** What is stored of the states. */
export interface StoredStates {
  /** Whether each shard of the current layout has a state of its own. */
  readonly isComplete: boolean;
  /** Whether a collector that is not divided has written a state since the last cycle. */
  readonly isUndivided: boolean;
  /** The last layout that has states, for where nothing says which is the current one. */
  readonly newest?: Pick<Layout, 'number' | 'shards'> | undefined;
  /** Cycles that the current layout had, as far as they are known: of the last `RECENT_CYCLES`. */
  readonly cycles: number;
}

/** How many targets there are. */
export interface TargetCount {
  readonly count: number;
  /** Whether none may be missing. */
  readonly isComplete: boolean;
}

/** Shards become fewer when they would be no fuller than this: else a number of targets that goes up and down would move them to and fro. */
const FULL_ENOUGH = 0.7;

/** Milliseconds, and `RECENT_CYCLES`, after which a layout may be replaced although some of its shards have written no state: they will not. */
export const PATIENCE_MS = 15 * 60_000;

/**
 * The layout from now on, often the current one. Another one begins with what the states of the current one know, so it waits until
 * each of its shards has written one.
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
    // Beyond all that have states: what those know is old.
    number: (current ?? stored.newest ?? { number: 0 }).number + 1,
    shards,
    since: now,
    ...(inherits !== undefined && { inherits }),
  });
  // It is newer than all that shards know, for they take it away.
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
  // Targets that are only not seen for a moment would come back to too few shards.
  if (!isComplete) return current.shards;
  return Math.min(with_(targetsPerShard * FULL_ENOUGH), current.shards);
}
