import type { Drops } from '../../model/drops.ts';
import type { Sample, Series } from '../../model/sample.ts';
import type { TargetSamples } from '../../model/sample-output.ts';
import type { Batch } from '../push/batch.ts';
import type { PendingSamples } from '../push/pending-samples.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import type { SeriesCache } from '../wire/series-cache.ts';
import { type LabelRules, LabelWriter } from './label-writer.ts';
import type { Vanished } from './last-series.ts';
import { MAX_SERIES_BYTES } from './limits.ts';
import type { OwnLabels } from './own-labels.ts';
import { SeriesBatch } from './series-batch.ts';

/** Fields of `WriteRequest`, `TimeSeries` and `Sample`: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol */
const TIMESERIES = 1;
const SAMPLES = 2;
const VALUE = 1;
const TIMESTAMP = 2;

/**
 * The two values that are not a number, bit by bit: no value, and no series any more.
 * https://github.com/prometheus/prometheus/blob/main/model/value/value.go
 */
const NORMAL_NAN = 0x7ff8_0000_0000_0001n;
const STALE_NAN = 0x7ff0_0000_0000_0002n;

/** Room for the series that makes a request full. */
const SLACK_BYTES = 16_384;

/** Fills remote-write requests with the samples of one target after the other. */
export class RequestWriter {
  readonly #rules: LabelRules;
  readonly #own: SeriesCache<OwnLabels>;
  readonly #onFull: (batch: Batch) => void;
  #writer = newWriter();
  #series = newList();
  /** Where the series that is being written begins. */
  #start = 0;

  /**
   * @param own outlives this writer
   * @param onFull gets each request that is full
   */
  constructor(rules: LabelRules, own: SeriesCache<OwnLabels>, onFull: (batch: Batch) => void) {
    this.#rules = rules;
    this.#own = own;
    this.#onFull = onFull;
  }

  /**
   * Adds the samples of one target; those of a series in the order of their times. What Prometheus would call a duplicate,
   * and what relabeling drops, is added to `drops`.
   *
   * @returns the series whose samples are as of the scrape; of those that bring their own times nobody expects a next one
   */
  write(
    { target, startedAt, samples }: TargetSamples,
    write: PendingSamples,
    drops: Drops,
  ): Set<Series> {
    const labels = new LabelWriter(target, this.#rules, this.#own);
    const scraped = new Set<Series>();
    const timed = new Map<Series, Sample[]>();
    for (const sample of samples) {
      const { series, value, timestamp } = sample;
      if (timestamp !== undefined) {
        const others = timed.get(series);
        if (others === undefined) timed.set(series, [sample]);
        else others.push(sample);
      } else if (scraped.size === scraped.add(series).size) {
        drops.add('duplicate', series);
      } else if (this.#begin(labels, series)) {
        this.#sample(value, startedAt);
        this.#end(1, write);
      } else {
        scraped.delete(series);
        drops.add('relabeled', series);
      }
    }
    for (const [series, points] of timed) this.#timed(labels, series, points, write, drops);
    return scraped;
  }

  /** Adds a marker for each series that is gone. @param timestamp milliseconds since the epoch */
  writeStale({ target, series }: Vanished, timestamp: number, write: PendingSamples): void {
    const labels = new LabelWriter(target, this.#rules, this.#own);
    for (const one of series) {
      if (!this.#begin(labels, one)) continue;
      this.#bits(STALE_NAN, timestamp);
      this.#end(1, write);
    }
  }

  /** The request that is being filled; undefined where nothing is in it. */
  take(): Batch | undefined {
    if (this.#series.ends.length === 0) return undefined;
    const batch = new SeriesBatch(this.#writer.bytes(), this.#series);
    this.#writer = newWriter();
    this.#series = newList();
    return batch;
  }

  #timed(
    labels: LabelWriter,
    series: Series,
    points: Sample[],
    write: PendingSamples,
    drops: Drops,
  ): void {
    if (!this.#begin(labels, series)) {
      for (const _ of points) drops.add('relabeled', series);
      return;
    }
    points.sort((a, b) => timeOf(a) - timeOf(b));
    let last = Number.NaN;
    let written = 0;
    for (const point of points) {
      const timestamp = timeOf(point);
      if (timestamp === last) {
        drops.add('duplicate', series);
        continue;
      }
      last = timestamp;
      this.#sample(point.value, timestamp);
      written += 1;
    }
    this.#end(written, write);
  }

  #begin(labels: LabelWriter, series: Series): boolean {
    const before = this.#writer.length;
    this.#start = this.#writer.begin(TIMESERIES);
    if (labels.write(this.#writer, series)) return true;
    this.#writer.truncate(before);
    return false;
  }

  #sample(value: number, timestamp: number): void {
    if (Number.isNaN(value)) {
      this.#bits(NORMAL_NAN, timestamp);
      return;
    }
    const sample = this.#writer.begin(SAMPLES);
    this.#writer.double(VALUE, value);
    this.#writer.int64(TIMESTAMP, timestamp);
    this.#writer.end(sample);
  }

  #bits(value: bigint, timestamp: number): void {
    const sample = this.#writer.begin(SAMPLES);
    this.#writer.fixed64(VALUE, value);
    this.#writer.int64(TIMESTAMP, timestamp);
    this.#writer.end(sample);
  }

  #end(samples: number, write: PendingSamples): void {
    this.#writer.end(this.#start);
    write.add(samples);
    const { ends, samples: counts, writes } = this.#series;
    ends.push(this.#writer.length);
    counts.push(samples);
    writes.push(write);
    if (this.#writer.length < MAX_SERIES_BYTES) return;
    const full = this.take();
    if (full !== undefined) this.#onFull(full);
  }
}

function newWriter(): ProtobufWriter {
  return new ProtobufWriter(MAX_SERIES_BYTES + SLACK_BYTES);
}

function newList(): { ends: number[]; samples: number[]; writes: PendingSamples[] } {
  return { ends: [], samples: [], writes: [] };
}

/** Whole milliseconds, as remote write has them. */
function timeOf({ timestamp = 0 }: Sample): number {
  return Math.trunc(timestamp);
}
