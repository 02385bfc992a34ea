import type { DropReason } from '../../model/drops.ts';
import { joinLabels } from '../../model/join-labels.ts';
import { type Labels, labelsOf, type Sample, type Series } from '../../model/sample.ts';
import type { TargetSamples } from '../../model/sample-output.ts';
import type { ProtobufWriter } from '../wire/protobuf-writer.ts';
import type { SeriesCache } from '../wire/series-cache.ts';
import { histogramOf } from './histogram.ts';
import type { Kind, Parts } from './metrics.ts';
import { type OwnAttributes, writeAttributes } from './own-attributes.ts';

/**
 * Fields of the data points, which differ in little:
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
 */
const START = 2;
const TIME = 3;
const NUMBER = { double: 4 } as const;
const HISTOGRAM = { count: 4, sum: 5, counts: 6, bounds: 7 } as const;
const SUMMARY = { count: 4, sum: 5, quantiles: 6 } as const;
const QUANTILE = { quantile: 1, value: 2 } as const;

const NANOSECONDS = 1_000_000n;

/** Writes the data points of one target, each without the tag that it gets in its metric. */
export class PointWriter {
  readonly #target: TargetSamples['target'];
  readonly #scrapedAt: number;
  readonly #own: SeriesCache<OwnAttributes>;
  #lastTime = Number.NaN;
  #lastNanoseconds = 0n;

  /**
   * @param scrapedAt milliseconds since the epoch: the time of samples without one of their own
   * @param own outlives this writer
   */
  constructor(target: TargetSamples['target'], scrapedAt: number, own: SeriesCache<OwnAttributes>) {
    this.#target = target;
    this.#scrapedAt = scrapedAt;
    this.#own = own;
  }

  /** Milliseconds since the epoch. */
  timeOf(item: Sample | Parts): number {
    return 'values' in item ? item.time : (item.timestamp ?? this.#scrapedAt);
  }

  /** @returns the number of its attributes, or why there is no point, perhaps with a part of it written */
  write(writer: ProtobufWriter, kind: Kind, item: Sample | Parts): number | DropReason {
    if (!('values' in item)) return this.#number(writer, item, kind !== 'gauge');
    return kind === 'histogram' ? this.#histogram(writer, item) : this.#summary(writer, item);
  }

  #number(writer: ProtobufWriter, sample: Sample, cumulative: boolean): number | DropReason {
    const { series, value, start } = sample;
    if (!Number.isFinite(value)) return 'not_finite';
    const attributes = this.#attributes(writer, series);
    this.#times(writer, this.timeOf(sample), cumulative ? start : Number.NaN);
    writer.double(NUMBER.double, value);
    return attributes;
  }

  #histogram(writer: ProtobufWriter, parts: Parts): number | DropReason {
    const histogram = histogramOf(parts);
    if (typeof histogram === 'string') return histogram;
    const { count, sum, counts, bounds } = histogram;
    const attributes = this.#attributes(writer, parts.series);
    this.#times(writer, parts.time, parts.start);
    writer.fixed64(HISTOGRAM.count, BigInt(count));
    if (sum !== undefined) writer.double(HISTOGRAM.sum, sum);
    if (counts.length > 0) writer.packedFixed64(HISTOGRAM.counts, counts);
    if (bounds.length > 0) writer.packedDoubles(HISTOGRAM.bounds, bounds);
    return attributes;
  }

  /** A quantile that is not finite is left out: nothing was observed. */
  #summary(writer: ProtobufWriter, parts: Parts): number {
    const { values, sum, count, time, start, series } = parts;
    const attributes = this.#attributes(writer, series);
    this.#times(writer, time, start);
    if (count !== undefined && Number.isFinite(count.value)) {
      writer.fixed64(SUMMARY.count, BigInt(Math.max(Math.round(count.value), 0)));
    }
    if (sum !== undefined && Number.isFinite(sum.value)) writer.double(SUMMARY.sum, sum.value);
    for (const [quantile, { value }] of [...values].sort(([a], [b]) => a - b)) {
      if (!Number.isFinite(value)) continue;
      const at = writer.begin(SUMMARY.quantiles);
      writer.double(QUANTILE.quantile, quantile);
      writer.double(QUANTILE.value, value);
      writer.end(at);
    }
    return attributes;
  }

  /** A series' own labels; those of the target are the resource's. @returns how many */
  #attributes(writer: ProtobufWriter, series: Series): number {
    const { labels: ofTarget } = this.#target;
    const own = this.#own.of(series);
    if (series.origin === undefined && own.names.every((name) => ofTarget[name] === undefined)) {
      writer.raw(own.encoded);
      return own.names.length;
    }
    return writeAttributes(writer, series, this.#unshared(series)).length;
  }

  /** Labels that are not the target's, too. */
  #unshared(series: Series): Labels {
    const { labels: ofTarget } = this.#target;
    const joined = labelsOf(
      series.origin ? series.labels : joinLabels(series.labels, this.#target),
    );
    for (const name of Object.keys(joined)) {
      if (joined[name] === ofTarget[name]) delete joined[name];
    }
    return joined;
  }

  /** @param start NaN: it has none; undefined: nothing is known but when the task started */
  #times(writer: ProtobufWriter, time: number, start = this.#target.startedAt): void {
    if (start !== undefined && start <= time) writer.fixed64(START, nanoseconds(start));
    if (time !== this.#lastTime) {
      this.#lastTime = time;
      this.#lastNanoseconds = nanoseconds(time);
    }
    writer.fixed64(TIME, this.#lastNanoseconds);
  }
}

/** Milliseconds, perhaps with a fraction, as nanoseconds, for which a number has too few digits. */
function nanoseconds(milliseconds: number): bigint {
  const whole = Math.floor(milliseconds);
  return BigInt(whole) * NANOSECONDS + BigInt(Math.round((milliseconds - whole) * 1e6));
}
