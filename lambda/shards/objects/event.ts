import * as z from 'zod';

/** The facts that the shards of one cycle share, in the state machine's input. Times are milliseconds since the epoch. */
const cycle = z.object({
  layout: z.int().min(1),
  /** Of the layout. */
  shards: z.int().min(1),
  /** The source of states for shards without one; null without a source. */
  inherits: z
    .union([z.literal('undivided'), z.object({ number: z.int(), shards: z.int() })])
    .nullable(),
  /** The time by which every shard must end. */
  endsBy: z.number(),
  listedAt: z.number(),
  complete: z.boolean(),
  /** The room of a `metric_budget` for all shards together, and the version of the known metrics. Absent without a budget. */
  metrics: z.object({ room: z.int().min(0), known: z.string().nullable() }).optional(),
});

const shardEvent = z.object({
  /** From 0. */
  shard: z.int().min(0),
  /** Of its list of targets. */
  digest: z.string(),
  cycle,
});

export type ShardCycle = z.infer<typeof cycle>;

/** The event that invokes a shard. */
export type ShardEvent = z.infer<typeof shardEvent>;

/** The answer of the discovery to the state machine, which begins a cycle of all shards. */
export interface ShardCycleStart {
  readonly cycle: ShardCycle;
  readonly shards: readonly Pick<ShardEvent, 'shard' | 'digest'>[];
}

/**
 * The shard of an event; undefined for an event that starts a whole cycle, such as the schedule's.
 *
 * @throws TypeError if it is an invalid event of a shard
 */
export function shardEventOf(event: unknown): ShardEvent | undefined {
  if (typeof event !== 'object' || event === null || !('shard' in event)) return undefined;
  const parsed = shardEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new TypeError(
    `Expected the event of a shard, got ${JSON.stringify(event)}: ${z.prettifyError(parsed.error)}`,
  );
}
