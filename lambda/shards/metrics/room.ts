import type { MetricBudgetConfig } from '../../model/settings/config.ts';
import { MetricBudget, RETELL_SHARE } from '../../rules/metric-budget.ts';
import { type ShardObjects, ShardObjectsError, type StoredObjects } from '../objects/objects.ts';
import { decodeKnownMetrics, encodeKnownMetrics, KnownMetricsError } from './known.ts';

/** What a `metric_budget` leaves to the shards of a cycle. */
export interface MetricRoom {
  /** Metrics that all shards together may publish beside the known ones. */
  readonly room: number;
  /** The version of what is known, as S3 names it; null where nothing is. */
  readonly known: string | null;
}

/** What became of the budget at the beginning of a cycle. */
export interface MetricRoomReport {
  readonly metrics: MetricRoom;
  /** How many metrics are known. */
  readonly count: number;
  /** Failures, for the log. Then nobody knows of some that are published, and nothing new is. */
  readonly failure?: string | undefined;
}

/**
 * Puts together what the shards have told since the last cycle of the metrics that they publish, so that one which several of them publish
 * counts once, and says how many more there may be.
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
  // A shard tells of a metric again only when it was told a while ago.
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

/** The part of one shard in what there is room for. What does not divide goes to others in each cycle. @param cycle its number */
export function shareOf(room: number, shard: number, shards: number, cycle: number): number {
  const isAmongFirst = (shard + cycle) % shards < room % shards;
  return Math.floor(room / shards) + (isAmongFirst ? 1 : 0);
}

/** @returns why it cannot be understood: shards tell again what is missing */
function take(known: MetricBudget, bytes: Uint8Array): string | undefined {
  try {
    known.import(decodeKnownMetrics(bytes));
    return undefined;
  } catch (error) {
    if (!(error instanceof KnownMetricsError)) throw error;
    return `The list of all published metrics cannot be read; the shards report theirs again: ${error.message}`;
  }
}
