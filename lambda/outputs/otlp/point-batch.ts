import { constants, gzipSync } from 'node:zlib';
import type { Batch, Portion } from '../push/batch.ts';
import { cut, samplesOf } from '../push/portions.ts';
import { readFields } from '../wire/protobuf-reader.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import type { Kind } from './kind.ts';
import type { Resource } from './resource.ts';

/** Fields of `ExportMetricsServiceRequest` and its parts. */
const RESOURCE_METRICS = 1;
const RESOURCE = 1;
const SCOPE_METRICS = 2;
const SCOPE = 1;
const SCOPE_NAME = 1;
const METRICS = 2;
const METRIC_NAME = 1;
export const POINTS = 1;
const TEMPORALITY = 2;
const MONOTONIC = 3;
const CUMULATIVE = 2;

/** Field of `Metric` for the data of each kind, and its properties. */
const DATA: Readonly<Record<Kind, { field: number; cumulative: boolean; monotonic: boolean }>> = {
  gauge: { field: 5, cumulative: false, monotonic: false },
  sum: { field: 7, cumulative: true, monotonic: false },
  monotonic_sum: { field: 7, cumulative: true, monotonic: true },
  histogram: { field: 9, cumulative: true, monotonic: false },
  summary: { field: 11, cumulative: false, monotonic: false },
};

const SCOPE_TEXT = 'fargauge';

/** Most bytes of the tags and lengths around a resource, a metric and a point. */
export const RESOURCE_OVERHEAD = 64;
export const METRIC_OVERHEAD = 40;
export const POINT_OVERHEAD = 6;

/** The metric of data points. The same object for all points of one metric of one target. */
export interface MetricOfResource {
  readonly resource: Resource;
  readonly name: string;
  readonly kind: Kind;
}

/** The points of a metric in a batch. */
export interface BatchedMetric {
  readonly metric: MetricOfResource;
  readonly points: number;
  /** End of their bytes, which begin at the end of the metric before. */
  readonly end: number;
}

/** One for all requests, which are compressed as soon as they are complete. */
const writer = new ProtobufWriter();

/** An `ExportMetricsServiceRequest`, which is completed when it is sent. */
export class PointBatch implements Batch {
  readonly samples: number;
  readonly portions: readonly Portion[];
  readonly #points: Uint8Array;
  readonly #metrics: readonly BatchedMetric[];

  /**
   * @param points each as a field of its metric's data
   * @param metrics grouped by resource
   */
  constructor(points: Uint8Array, metrics: readonly BatchedMetric[], portions: readonly Portion[]) {
    this.#points = points;
    this.#metrics = metrics;
    this.portions = portions;
    this.samples = samplesOf(portions);
  }

  get bytes(): number {
    return this.#points.length;
  }

  /** Compresses in this thread, because another thread would cost more for so few bytes. */
  body(): Buffer {
    this.#write();
    return gzipSync(writer.bytes(), { level: constants.Z_BEST_SPEED });
  }

  /** Splits are rare, so the end of each point is computed only here. */
  split(): readonly [Batch, Batch] | undefined {
    const middle = this.samples >> 1;
    if (middle === 0) return undefined;
    const last = readFields(this.#points)[middle - 1]?.value as Uint8Array;
    const end = last.byteOffset + last.length - this.#points.byteOffset;
    const [before, after] = cut(this.portions, middle);
    const [metricsBefore, metricsAfter] = cutMetrics(this.#metrics, middle, end);
    return [
      new PointBatch(this.#points.subarray(0, end), metricsBefore, before),
      new PointBatch(this.#points.subarray(end), metricsAfter, after),
    ];
  }

  #write(): void {
    writer.truncate(0);
    for (let at = 0; at < this.#metrics.length; ) at = this.#writeResource(at);
  }

  /** @returns the first metric of the next resource */
  #writeResource(first: number): number {
    const resource = this.#metrics[first]?.metric.resource;
    const ofResource = writer.begin(RESOURCE_METRICS);
    const message = writer.begin(RESOURCE);
    writer.raw(resource?.encoded ?? new Uint8Array());
    writer.end(message);
    const ofScope = writer.begin(SCOPE_METRICS);
    const scope = writer.begin(SCOPE);
    writer.string(SCOPE_NAME, SCOPE_TEXT);
    writer.end(scope);
    let at = first;
    for (; at < this.#metrics.length; at++) {
      const { metric, end } = this.#metrics[at] as BatchedMetric;
      if (metric.resource !== resource) break;
      this.#writeMetric(metric, this.#metrics[at - 1]?.end ?? 0, end);
    }
    writer.end(ofScope);
    writer.end(ofResource);
    return at;
  }

  #writeMetric({ name, kind }: MetricOfResource, start: number, end: number): void {
    const { field, cumulative, monotonic } = DATA[kind];
    const message = writer.begin(METRICS);
    writer.string(METRIC_NAME, name);
    const data = writer.begin(field);
    writer.raw(this.#points, start, end);
    if (cumulative) writer.unsigned(TEMPORALITY, CUMULATIVE);
    if (monotonic) writer.unsigned(MONOTONIC, 1);
    writer.end(data);
    writer.end(message);
  }
}

/** The metrics of the first `points` points, which end at `end`, and those of the others. */
function cutMetrics(
  metrics: readonly BatchedMetric[],
  points: number,
  end: number,
): [BatchedMetric[], BatchedMetric[]] {
  const before: BatchedMetric[] = [];
  const after: BatchedMetric[] = [];
  let left = points;
  for (const one of metrics) {
    const early = Math.min(one.points, left);
    left -= early;
    if (early > 0) before.push({ ...one, points: early, end: Math.min(one.end, end) });
    if (early < one.points) after.push({ ...one, points: one.points - early, end: one.end - end });
  }
  return [before, after];
}
