import type { MetricBudgetConfig } from '../../model/settings/config.ts';
import { MetricBudget, RETELL_SHARE } from '../../rules/metric-budget.ts';
import { type ShardObjects, ShardObjectsError, type StoredObjects } from '../objects/objects.ts';
import { decodeKnownMetrics, encodeKnownMetrics, KnownMetricsError } from './known.ts';

/** The part of a `metric_budget` that is left for the shards of a cycle. */
export interface MetricRoom {
  /** Metrics that all shards together may publish beyond the known ones. */
  readonly room: number;
  /** The version of the known metrics in S3; null without any. */
  readonly known: string | null;
}

/** The state of the budget at the beginning of a cycle. */
export interface MetricRoomReport {
  readonly metrics: MetricRoom;
  /** Number of known metrics. */
  readonly count: number;
  /** Failures, for the log. Some published metrics are then unknown, so no new ones may be published. */
  readonly failure?: string | undefined;
}

/**
 * Merges the metrics that the shards have reported since the last cycle, so that a metric of several shards counts
 * once, and computes the remaining room.
 *
 * @param now milliseconds since the epoch
 */
export async function metricRoom(
  { limit, windowMs }: MetricBudgetConfig,
  objects: ShardObjects,
  { toldAt, knownAt = 0 }: StoredObjects,
  now: number,
  signal: AbortSignal,
): Promise<MetricRoomReport> {
  // A shard reports a metric again only after a while.
  const known = new MetricBudget({ limit, windowMs: windowMs * (1 + RETELL_SHARE) });
  let version: string | null = null;
  let failure: string | undefined;
  try {
    const stored = await objects.readKnownMetrics(signal);
    version = stored?.version ?? null;
    if (stored !== undefined) failure = take(known, stored.bytes);
    else if (toldAt.size > 0)
      failure = 'The list of all published metrics is missing; the shards report theirs again';
    const news = [...toldAt].filter(([, at]) => failure !== undefined || at >= knownAt);
    for (const [shard] of news) {
      const told = await objects.readToldMetrics(shard, signal);
      failure ??= told && take(known, told.bytes);
    }
    known.begin(now);
    const count = known.report().known;
    if (news.length > 0 || stored === undefined || failure !== undefined) {
      version = await objects.writeKnownMetrics(encodeKnownMetrics(known.export()), signal);
    }
    const room = failure === undefined ? Math.max(limit - count, 0) : 0;
    return { metrics: { room, known: version }, count, failure };
  } catch (error) {
    if (!(error instanceof ShardObjectsError)) throw error;
    return {
      metrics: { room: 0, known: version },
      count: known.report().known,
      failure: error.message,
    };
  }
}

/** The part of one shard in the room. The remainder goes to other shards in each cycle. @param cycle number of the cycle */
export function shareOf(room: number, shard: number, shards: number, cycle: number): number {
  const isAmongFirst = (shard + cycle) % shards < room % shards;
  return Math.floor(room / shards) + (isAmongFirst ? 1 : 0);
}

/** @returns the reason why the bytes cannot be read; the shards then report the missing metrics again */
function take(known: MetricBudget, bytes: Uint8Array): string | undefined {
  try {
    known.import(decodeKnownMetrics(bytes));
    return undefined;
  } catch (error) {
    if (!(error instanceof KnownMetricsError)) throw error;
    return `The list of all published metrics cannot be read; the shards report theirs again: ${error.message}`;
  }
}
