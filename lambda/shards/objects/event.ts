import * as z from 'zod';

/** What the shards of one cycle have in common, as the state machine hands it on. Times are milliseconds since the epoch. */
const cycle = z.object({
  layout: z.int().min(1),
  /** Of the layout. */
  shards: z.int().min(1),
  /** Where states begin of which nothing is stored; null where they begin with nothing. */
  inherits: z
    .union([z.literal('undivided'), z.object({ number: z.int(), shards: z.int() })])
    .nullable(),
  /** When every shard must have ended. */
  endsBy: z.number(),
  listedAt: z.number(),
  complete: z.boolean(),
  /** What a `metric_budget` leaves to all shards together, and the version of what is known. Absent: there is none. */
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

/** What a shard is invoked with. */
export type ShardEvent = z.infer<typeof shardEvent>;

/** What begins a cycle of all shards: the answer of the discovery to the state machine. */
export interface ShardCycleStart {
  readonly cycle: ShardCycle;
  readonly shards: readonly Pick<ShardEvent, 'shard' | 'digest'>[];
}

/**
 * The shard that an event is for; undefined where it is one that starts a whole cycle, such as the schedule's.
 *
 * @throws TypeError where it is for a shard, but not what a shard is invoked with
 */
export function shardEventOf(event: unknown): ShardEvent | undefined {
  if (typeof event !== 'object' || event === null || !('shard' in event)) return undefined;
  const parsed = shardEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new TypeError(
    `Expected the event of a shard, got ${JSON.stringify(event)}: ${z.prettifyError(parsed.error)}`,
  );
}
