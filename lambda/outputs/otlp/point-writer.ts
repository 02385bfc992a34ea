import type { TargetSamples } from '../../model/delivery/sample-output.ts';
import type { DropReason } from '../../model/samples/drops.ts';
import type { Sample } from '../../model/samples/sample.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import { histogramOf, inOrder } from './histogram.ts';
import type { Kind } from './kind.ts';
import type { Attributes, KnownSeries } from './known-series.ts';
import type { Parts } from './metrics.ts';
import { ownLabels } from './own-labels.ts';

/**
 * Fields of the different data points:
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
 */
const START = 2;
const TIME = 3;
const NUMBER = { double: 4 } as const;
const HISTOGRAM = { count: 4, sum: 5, counts: 6, bounds: 7 } as const;
const SUMMARY = { count: 4, sum: 5, quantiles: 6 } as const;
const QUANTILE = { quantile: 1, value: 2 } as const;

/** A field of eight bytes, with its tag. */
const DOUBLE_BYTES = 9;

const NANOSECONDS = 1_000_000n;

/** Writes the data points of one target, without the tag that a point gets in its metric. */
export class PointWriter {
  readonly #target: TargetSamples['target'];
  readonly #scrapedAt: number;
  /** Of the last found point: its attributes, its times, and its value or other data. */
  #attributes: Attributes = { names: [], encoded: [], size: 0, hash: 0 };
  #times: Uint8Array = new Uint8Array();
  #value: number | undefined;
  readonly #content = new ProtobufWriter(1024);
  /** The times as numbers, which most points share. */
  #time = Number.NaN;
  #start: number | undefined;
  /** Names of attributes, and whether they are all different from the target's labels. */
  #names: readonly string[] | undefined;
  #areOwn = false;

  /** @param scrapedAt milliseconds since the epoch: the time of samples without a timestamp */
  constructor(target: TargetSamples['target'], scrapedAt: number) {
    this.#target = target;
    this.#scrapedAt = scrapedAt;
  }

  /** Attributes of the found point. */
  get attributes(): Attributes {
    return this.#attributes;
  }

  /** Bytes of the found point. */
  get size(): number {
    const content = this.#value === undefined ? this.#content.length : DOUBLE_BYTES;
    return this.#attributes.size + this.#times.length + content;
  }

  /** Finds the point of a sample, to be written next. @returns the reason why there is none */
  findNumber(sample: Sample, series: KnownSeries): DropReason | undefined {
    const { value, start, timestamp = this.#scrapedAt } = sample;
    if (!Number.isFinite(value)) return 'not_finite';
    this.#attributes = this.attributesOf(series);
    this.#findTimes(timestamp, series.kind === 'gauge' ? undefined : this.#startOf(start));
    this.#value = value;
    return undefined;
  }

  /** Finds the point of a histogram or a summary. */
  findParts(kind: Kind, parts: Parts): DropReason | undefined {
    const reason = kind === 'histogram' ? this.#histogram(parts) : this.#summary(parts);
    if (reason !== undefined) return reason;
    this.#attributes = this.attributesOf(parts.series);
    this.#findTimes(parts.time, this.#startOf(parts.start));
    this.#value = undefined;
    return undefined;
  }

  /** Writes the found point. */
  write(writer: ProtobufWriter): void {
    for (const { source, from, to } of this.#attributes.encoded) writer.raw(source, from, to);
    writer.raw(this.#times);
    if (this.#value === undefined) writer.raw(this.#content.bytes());
    else writer.double(NUMBER.double, this.#value);
  }

  #histogram(parts: Parts): DropReason | undefined {
    const histogram = histogramOf(parts);
    if (typeof histogram === 'string') return histogram;
    const { count, sum, counts, bounds } = histogram;
    const content = this.#content;
    content.truncate(0);
    content.fixed64(HISTOGRAM.count, BigInt(count));
    if (sum !== undefined) content.double(HISTOGRAM.sum, sum);
    if (counts.length > 0) content.packedFixed64(HISTOGRAM.counts, counts);
    if (bounds.length > 0) content.packedDoubles(HISTOGRAM.bounds, bounds);
    return undefined;
  }

  /** A quantile that is not finite means no observation, and is left out. */
  #summary(parts: Parts): undefined {
    const { sum, count } = parts;
    const content = this.#content;
    content.truncate(0);
    if (count !== undefined && Number.isFinite(count)) {
      content.fixed64(SUMMARY.count, BigInt(Math.max(Math.round(count), 0)));
    }
    if (sum !== undefined && Number.isFinite(sum)) content.double(SUMMARY.sum, sum);
    const { places, values } = inOrder(parts);
    for (const [index, quantile] of places.entries()) {
      const value = values[index] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      const at = content.begin(SUMMARY.quantiles);
      content.double(QUANTILE.quantile, quantile);
      content.double(QUANTILE.value, value);
      content.end(at);
    }
  }

  /** A series' own labels; the resource has those of the target. */
  attributesOf(known: KnownSeries): Attributes {
    if (known.series.origin === undefined) {
      const { attributes } = known;
      const { names } = attributes;
      if (names !== this.#names) {
        this.#names = names;
        this.#areOwn = names.every((name) => this.#target.labels[name] === undefined);
      }
      if (this.#areOwn) return attributes;
    }
    return known.attributesFor(ownLabels(known.series, this.#target));
  }

  /** Start of a cumulative series; if unknown, the start of its task. */
  #startOf(start: number | undefined): number | undefined {
    return start ?? this.#target.startedAt;
  }

  #findTimes(time: number, start: number | undefined): void {
    if (time === this.#time && start === this.#start) return;
    this.#time = time;
    this.#start = start;
    const writer = new ProtobufWriter(2 * DOUBLE_BYTES);
    if (start !== undefined && start >= 0 && start <= time)
      writer.fixed64(START, nanoseconds(start));
    writer.fixed64(TIME, nanoseconds(time));
    this.#times = writer.bytes();
  }
}

/** Milliseconds, perhaps with a fraction, as nanoseconds: a number has too few digits for them. */
function nanoseconds(milliseconds: number): bigint {
  const whole = Math.floor(milliseconds);
  return BigInt(whole) * NANOSECONDS + BigInt(Math.round((milliseconds - whole) * 1e6));
}
