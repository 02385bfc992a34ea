import type { TargetSamples } from '../../model/delivery/sample-output.ts';
import type { DropReason, Drops } from '../../model/samples/drops.ts';
import { costOfLabels } from '../../model/samples/label-cost.ts';
import type { ResourceAttributes } from '../../model/settings/output.ts';
import type { Batch } from '../push/batch.ts';
import type { PendingSamples } from '../push/pending-samples.ts';
import { Portions } from '../push/portions.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import { DistinctPoints } from './distinct-points.ts';
import type { SeriesTable } from './known-series.ts';
import {
  MAX_AGE_MS,
  MAX_AHEAD_MS,
  MAX_ATTRIBUTES,
  MAX_POINT_BYTES,
  MAX_POINTS,
  MAX_REQUEST_BYTES,
} from './limits.ts';
import { mergeParts, metricsOf, type Parts } from './metrics.ts';
import {
  METRIC_OVERHEAD,
  type MetricOfResource,
  POINT_OVERHEAD,
  POINTS,
  PointBatch,
  RESOURCE_OVERHEAD,
} from './point-batch.ts';
import { PointWriter } from './point-writer.ts';
import { resourceOf } from './resource.ts';

/** Fills OTLP requests with the samples of one target after the other. */
export class RequestWriter {
  readonly #known: SeriesTable;
  readonly #attributes: ResourceAttributes;
  readonly #onFull: (batch: Batch) => void;
  readonly #writer = new ProtobufWriter();
  readonly #portions = new Portions();
  #metrics: { readonly metric: MetricOfResource; points: number; end: number }[] = [];
  /** Upper bound of the request's size. */
  #bytes = 0;

  /**
   * @param known outlives this writer
   * @param onFull receives each full request
   * @param attributes of the resources
   */
  constructor(
    known: SeriesTable,
    onFull: (batch: Batch) => void,
    attributes: ResourceAttributes = 'all',
  ) {
    this.#attributes = attributes;
    this.#known = known;
    this.#onFull = onFull;
  }

  /**
   * Adds the samples of one target. Samples that OTLP or a limit excludes go into `drops`, and so do those whose metric
   * has a point with the same attributes and time already.
   *
   * @param now milliseconds since the epoch
   */
  write(
    { target, startedAt, samples, step }: TargetSamples,
    now: number,
    write: PendingSamples,
    drops: Drops,
  ): void {
    const resource = resourceOf(target.labels, this.#attributes);
    const points = new PointWriter(target, startedAt);
    const isTimely = (time: number) => time >= now - MAX_AGE_MS && time <= now + MAX_AHEAD_MS;
    const distinct = new DistinctPoints();
    for (const { name, kind, numbers, points: parted } of metricsOf(
      samples,
      startedAt,
      this.#known,
      drops,
      step,
    )) {
      const of = { resource, name, kind };
      for (const { sample, series } of numbers) {
        const { timestamp: time = startedAt } = sample;
        const { size } = distinct;
        let reason = isTimely(time) ? points.findNumber(sample, series) : 'timestamp';
        step?.(costOfLabels(points.attributes.names.length));
        if (reason === undefined) {
          const isFirst = distinct.add(name, points.attributes, time) === size;
          reason = isFirst ? this.#add(of, points, write) : 'duplicate';
        }
        if (reason !== undefined) drops.add(reason, sample.series);
      }
      for (const parts of this.#merged(parted, points, drops)) {
        step?.();
        const reason = isTimely(parts.time)
          ? (points.findParts(kind, parts) ?? this.#add(of, points, write))
          : 'timestamp';
        if (reason === undefined) continue;
        for (const { series } of parts.samples) drops.add(reason, series);
      }
    }
  }

  /** The data points of a metric, each once: after metric relabeling two points may have the same attributes. */
  #merged(all: ReadonlyMap<string, Parts>, points: PointWriter, drops: Drops): Iterable<Parts> {
    if (all.size < 2) return all.values();
    const distinct = new DistinctPoints();
    const merged: Parts[] = [];
    for (const parts of all.values()) {
      const { series, time } = parts;
      const number = distinct.add(series.metric, points.attributesOf(series), time);
      const first = merged[number];
      if (first === undefined) merged.push(parts);
      else mergeParts(first, parts, this.#known, drops);
    }
    return merged;
  }

  /** The open request; undefined if it is empty. */
  take(): PointBatch | undefined {
    if (this.#metrics.length === 0) return undefined;
    const encoded = this.#writer.bytes().slice();
    const batch = new PointBatch(encoded, this.#metrics, this.#portions.take());
    this.#writer.truncate(0);
    this.#metrics = [];
    this.#bytes = 0;
    return batch;
  }

  /** Writes a point, into a new request if the current one has no room. @returns the reason why it cannot be sent */
  #add(of: MetricOfResource, point: PointWriter, write: PendingSamples): DropReason | undefined {
    const { size } = point;
    const { resource, name } = of;
    const all = size + name.length + resource.encoded.length;
    if (
      point.attributes.names.length + resource.attributes > MAX_ATTRIBUTES ||
      all > MAX_POINT_BYTES
    ) {
      return 'too_large';
    }
    const cost = this.#costOf(of, size);
    if (this.#portions.samples >= MAX_POINTS || this.#bytes + cost > MAX_REQUEST_BYTES) {
      const full = this.take();
      if (full !== undefined) this.#onFull(full);
      this.#bytes = this.#costOf(of, size);
    } else {
      this.#bytes += cost;
    }
    this.#writer.message(POINTS, size);
    point.write(this.#writer);
    this.#portions.add(write, 1);
    let last = this.#metrics.at(-1);
    if (last?.metric !== of) {
      last = { metric: of, points: 0, end: 0 };
      this.#metrics.push(last);
    }
    last.points += 1;
    last.end = this.#writer.length;
    return undefined;
  }

  /** Most bytes that a point adds to the request. */
  #costOf(metric: MetricOfResource, size: number): number {
    const last = this.#metrics.at(-1)?.metric;
    let cost = size + POINT_OVERHEAD;
    if (last !== metric) cost += Buffer.byteLength(metric.name) + METRIC_OVERHEAD;
    if (last?.resource !== metric.resource) {
      cost += metric.resource.encoded.length + RESOURCE_OVERHEAD;
    }
    return cost;
  }
}
