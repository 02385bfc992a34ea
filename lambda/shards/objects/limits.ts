/**
 * Most shards of one collector: the default limit of concurrent executions in an account and Region.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_SHARDS = 1_000;

/** Milliseconds from the beginning of a cycle until every shard must have ended: the next one begins after a minute at the earliest. */
export const CYCLE_MS = 55_000;

/** Cycles for which a shard may write no state before it counts as late. */
export const RECENT_CYCLES = 3;
