import type { MetricShare, SharedMetrics } from '../../model/delivery/shared-metrics.ts';
import type { KnownMetrics } from '../../model/delivery/state.ts';
import type { ShardEvent } from '../objects/event.ts';
import { type ShardObjects, ShardObjectsError } from '../objects/objects.ts';
import { decodeKnownMetrics, encodeKnownMetrics, KnownMetricsError } from './known.ts';
import { shareOf } from './room.ts';

const MINUTE_MS = 60_000;

/** A shard's part in the list of metrics that all shards publish. */
export class ShardMetrics implements SharedMetrics {
  readonly #objects: ShardObjects;
  #event: ShardEvent | undefined;
  #known: { readonly version: string; readonly metrics: KnownMetrics } | undefined;

  constructor(objects: ShardObjects) {
    this.#objects = objects;
  }

  /** Sets the next cycle. */
  give(event: ShardEvent): void {
    this.#event = event;
  }

  async begin(signal: AbortSignal): Promise<MetricShare | undefined> {
    const { shard, cycle } = this.#event ?? {};
    // The discovery has an earlier version, or its configuration has no budget yet.
    if (shard === undefined || cycle?.metrics === undefined) return undefined;
    const { room, known } = cycle.metrics;
    const number = Math.floor(cycle.endsBy / MINUTE_MS);
    try {
      if (known !== null && known !== this.#known?.version) {
        const stored = await this.#objects.readKnownMetrics(signal);
        const { version, bytes } = stored ?? { version: known, bytes: new Uint8Array() };
        this.#known = { version, metrics: decodeKnownMetrics(bytes) };
      }
      const share = shareOf(room, shard, cycle.shards, number);
      return { room: share, known: known === null ? undefined : this.#known?.metrics };
    } catch (error) {
      if (!(error instanceof ShardObjectsError || error instanceof KnownMetricsError)) throw error;
      return { room: 0, known: this.#known?.metrics, failure: error.message };
    }
  }

  async end(fresh: KnownMetrics, signal: AbortSignal): Promise<string | undefined> {
    const { shard, cycle } = this.#event ?? {};
    const hasNews = fresh.combinations.byteLength > 0;
    if (shard === undefined || cycle?.metrics === undefined || !hasNews) return undefined;
    try {
      await this.#objects.writeToldMetrics(shard, encodeKnownMetrics(fresh), signal);
      return undefined;
    } catch (error) {
      if (!(error instanceof ShardObjectsError)) throw error;
      return error.message;
    }
  }
}
