import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Batch, Portion } from '../push/batch.ts';
import type { PendingSamples } from '../push/pending-samples.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import type { Kind } from './metrics.ts';
import type { Resource } from './resource.ts';

/** Fields of `ExportMetricsServiceRequest` and what is in it. */
const RESOURCE_METRICS = 1;
const RESOURCE = 1;
const SCOPE_METRICS = 2;
const SCOPE = 1;
const SCOPE_NAME = 1;
const METRICS = 2;
const METRIC_NAME = 1;
const POINTS = 1;
const TEMPORALITY = 2;
const MONOTONIC = 3;
const CUMULATIVE = 2;

/** Field of `Metric` for the data of each kind, and what is said of it. */
const DATA: Readonly<Record<Kind, { field: number; cumulative: boolean; monotonic: boolean }>> = {
  gauge: { field: 5, cumulative: false, monotonic: false },
  sum: { field: 7, cumulative: true, monotonic: false },
  monotonic_sum: { field: 7, cumulative: true, monotonic: true },
  histogram: { field: 9, cumulative: true, monotonic: false },
  summary: { field: 11, cumulative: false, monotonic: false },
};

const SCOPE_TEXT = 'fargauge';

/** Bytes that the tags and lengths around a resource, a metric and a point take at most. */
export const RESOURCE_OVERHEAD = 64;
export const METRIC_OVERHEAD = 40;
export const POINT_OVERHEAD = 6;

const compress = promisify(gzip);

/** What a data point belongs to. The same object for the points of one metric of one target. */
export interface MetricOfResource {
  readonly resource: Resource;
  readonly name: string;
  readonly kind: Kind;
}

/** One data point of a batch. */
export interface BatchedPoint {
  readonly metric: MetricOfResource;
  /** Where its bytes are. */
  readonly start: number;
  readonly end: number;
  readonly write: PendingSamples;
}

/** An `ExportMetricsServiceRequest`, which is put together when it is sent. */
export class PointBatch implements Batch {
  readonly portions: readonly Portion[];
  readonly #encoded: Uint8Array;
  readonly #points: readonly BatchedPoint[];

  /** @param points those of a metric, and the metrics of a resource, one after the other */
  constructor(encoded: Uint8Array, points: readonly BatchedPoint[]) {
    this.#encoded = encoded;
    this.#points = points;
    this.portions = Array.from(points, ({ write }) => ({ write, samples: 1 }));
  }

  get bytes(): number {
    return this.#encoded.length;
  }

  get samples(): number {
    return this.#points.length;
  }

  body(): Promise<Buffer> {
    return compress(this.request(), { level: constants.Z_BEST_SPEED });
  }

  split(): readonly [Batch, Batch] | undefined {
    const middle = this.#points.length >> 1;
    if (middle === 0) return undefined;
    return [
      new PointBatch(this.#encoded, this.#points.slice(0, middle)),
      new PointBatch(this.#encoded, this.#points.slice(middle)),
    ];
  }

  /** The request before compression. */
  request(): Uint8Array {
    const writer = new ProtobufWriter(this.#encoded.length + RESOURCE_OVERHEAD);
    for (let at = 0; at < this.#points.length; ) at = this.#writeResource(writer, at);
    return writer.bytes();
  }

  /** @returns the first point of the next resource, as below of the next metric */
  #writeResource(writer: ProtobufWriter, first: number): number {
    const resource = this.#points[first]?.metric.resource;
    const ofResource = writer.begin(RESOURCE_METRICS);
    const message = writer.begin(RESOURCE);
    writer.raw(resource?.encoded ?? new Uint8Array());
    writer.end(message);
    const ofScope = writer.begin(SCOPE_METRICS);
    const scope = writer.begin(SCOPE);
    writer.string(SCOPE_NAME, SCOPE_TEXT);
    writer.end(scope);
    let at = first;
    while (this.#points[at]?.metric.resource === resource && at < this.#points.length) {
      at = this.#writeMetric(writer, at);
    }
    writer.end(ofScope);
    writer.end(ofResource);
    return at;
  }

  #writeMetric(writer: ProtobufWriter, first: number): number {
    const metric = this.#points[first]?.metric;
    if (metric === undefined) return first + 1;
    const { field, cumulative, monotonic } = DATA[metric.kind];
    const message = writer.begin(METRICS);
    writer.string(METRIC_NAME, metric.name);
    const data = writer.begin(field);
    let at = first;
    for (let point = this.#points[at]; point?.metric === metric; point = this.#points[++at]) {
      const start = writer.begin(POINTS);
      writer.raw(this.#encoded, point.start, point.end);
      writer.end(start);
    }
    if (cumulative) writer.unsigned(TEMPORALITY, CUMULATIVE);
    if (monotonic) writer.unsigned(MONOTONIC, 1);
    writer.end(data);
    writer.end(message);
    return at;
  }
}
