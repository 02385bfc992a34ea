import type { DropReason, Drops } from '../../model/drops.ts';
import type { Sample, Series } from '../../model/sample.ts';
import type { TargetSamples } from '../../model/sample-output.ts';
import type { Batch } from '../push/batch.ts';
import type { PendingSamples } from '../push/pending-samples.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import type { SeriesCache } from '../wire/series-cache.ts';
import {
  MAX_AGE_MS,
  MAX_AHEAD_MS,
  MAX_ATTRIBUTES,
  MAX_POINT_BYTES,
  MAX_POINTS,
  MAX_REQUEST_BYTES,
} from './limits.ts';
import { metricsOf, type Parts } from './metrics.ts';
import type { OwnAttributes } from './own-attributes.ts';
import {
  type BatchedPoint,
  METRIC_OVERHEAD,
  type MetricOfResource,
  POINT_OVERHEAD,
  PointBatch,
  RESOURCE_OVERHEAD,
} from './point-batch.ts';
import { PointWriter } from './point-writer.ts';
import { resourceOf } from './resource.ts';

/** A request has so many bytes to begin with; most stay below. */
const INITIAL_BYTES = 128 * 1024;

/** Fills OTLP requests with the samples of one target after the other. */
export class RequestWriter {
  readonly #own: SeriesCache<OwnAttributes>;
  readonly #onFull: (batch: Batch) => void;
  #writer = new ProtobufWriter(INITIAL_BYTES);
  #points: BatchedPoint[] = [];
  /** Of the request, at most. */
  #bytes = 0;
  /** Where the point begins that is being written. */
  #start = 0;

  /**
   * @param own outlives this writer
   * @param onFull gets each request that is full
   */
  constructor(own: SeriesCache<OwnAttributes>, onFull: (batch: Batch) => void) {
    this.#own = own;
    this.#onFull = onFull;
  }

  /**
   * Adds the samples of one target. Those that OTLP, or a limit, has no place for are added to `drops`.
   *
   * @param now milliseconds since the epoch
   */
  write(
    { target, startedAt, samples }: TargetSamples,
    now: number,
    write: PendingSamples,
    drops: Drops,
  ): void {
    const resource = resourceOf(target.labels);
    const points = new PointWriter(target, startedAt, this.#own);
    for (const metric of metricsOf(samples, startedAt, drops)) {
      const { name, kind } = metric;
      const of: MetricOfResource = { resource, name, kind };
      for (const item of 'samples' in metric ? metric.samples : metric.points.values()) {
        const reason = this.#add(of, item, points, now);
        if (reason === undefined) {
          this.#points.push({ metric: of, start: this.#start, end: this.#writer.length, write });
          write.add(1);
        } else {
          this.#writer.truncate(this.#start);
          for (const series of seriesOf(item)) drops.add(reason, series);
        }
      }
    }
  }

  /** The request that is being filled; undefined where nothing is in it. */
  take(): PointBatch | undefined {
    if (this.#points.length === 0) return undefined;
    const batch = new PointBatch(this.#writer.bytes(), this.#points);
    this.#writer = new ProtobufWriter(INITIAL_BYTES);
    this.#points = [];
    this.#bytes = 0;
    return batch;
  }

  /** Writes a point, as the first one of a new request where the present one has no room. @returns why it cannot be sent */
  #add(
    metric: MetricOfResource,
    item: Sample | Parts,
    points: PointWriter,
    now: number,
  ): DropReason | undefined {
    this.#start = this.#writer.length;
    const time = points.timeOf(item);
    if (time < now - MAX_AGE_MS || time > now + MAX_AHEAD_MS) return 'timestamp';
    const attributes = points.write(this.#writer, metric.kind, item);
    if (typeof attributes === 'string') return attributes;
    const { resource, name } = metric;
    const size = this.#writer.length - this.#start;
    const all = size + name.length + resource.encoded.length;
    if (attributes + resource.attributes > MAX_ATTRIBUTES || all > MAX_POINT_BYTES) {
      return 'too_large';
    }
    const cost = this.#costOf(metric, size);
    if (this.#points.length < MAX_POINTS && this.#bytes + cost <= MAX_REQUEST_BYTES) {
      this.#bytes += cost;
    } else {
      this.#moveOn();
      this.#bytes = this.#costOf(metric, size);
    }
    return undefined;
  }

  /** Sends what was there before the point that was just written. */
  #moveOn(): void {
    const point = this.#writer.bytes(this.#start).slice();
    this.#writer.truncate(this.#start);
    const full = this.take();
    if (full !== undefined) this.#onFull(full);
    this.#writer.raw(point);
    this.#start = 0;
  }

  /** Bytes that a point adds to the request, at most. */
  #costOf(metric: MetricOfResource, size: number): number {
    const last = this.#points.at(-1)?.metric;
    let cost = size + POINT_OVERHEAD;
    if (last !== metric) cost += Buffer.byteLength(metric.name) + METRIC_OVERHEAD;
    if (last?.resource !== metric.resource) {
      cost += metric.resource.encoded.length + RESOURCE_OVERHEAD;
    }
    return cost;
  }
}

function seriesOf(item: Sample | Parts): Series[] {
  if (!('values' in item)) return [item.series];
  const { sum, count, values } = item;
  const samples = [...values.values(), ...(sum ? [sum] : []), ...(count ? [count] : [])];
  return samples.map(({ series }) => series);
}
