import type { Drops } from '../../model/drops.ts';
import type { Sample, Series } from '../../model/sample.ts';
import type { TargetSamples } from '../../model/sample-output.ts';
import type { Batch } from '../push/batch.ts';
import type { PendingSamples } from '../push/pending-samples.ts';
import { Portions } from '../push/portions.ts';
import { varintBytes } from '../wire/protobuf-writer.ts';
import { SnappyWriter } from '../wire/snappy-writer.ts';
import { TIMESERIES } from './fields.ts';
import type { LabelTable } from './label-table.ts';
import { type LabelRules, LabelWriter } from './label-writer.ts';
import type { Vanished } from './last-series.ts';
import { MAX_SERIES_BYTES } from './limits.ts';
import { SampleWriter, sampleBytes, type Time, timeOf } from './sample-writer.ts';
import { ScrapedSeries } from './scraped-series.ts';
import { SeriesBatch } from './series-batch.ts';

/** Messages have the wire type 2. */
const TIMESERIES_TAG = (TIMESERIES << 3) | 2;

/** Fills remote-write requests with the samples of one target after the other. */
export class RequestWriter {
  readonly #rules: LabelRules;
  readonly #table: LabelTable;
  readonly #onFull: (batch: Batch) => void;
  readonly #writer = new SnappyWriter();
  readonly #samples = new SampleWriter(this.#writer);
  readonly #portions = new Portions();
  /** Of the series before: the block that has its tag and length, where in it, and the length. */
  #block = 0;
  #at = 0;
  #size = 0;

  /**
   * @param table outlives this writer
   * @param onFull gets each request that is full
   */
  constructor(rules: LabelRules, table: LabelTable, onFull: (batch: Batch) => void) {
    this.#rules = rules;
    this.#table = table;
    this.#onFull = onFull;
  }

  /**
   * Adds the samples of one target; those of a series in the order of their times. What Prometheus would call a duplicate,
   * and what relabeling drops, is added to `drops`.
   *
   * @param before what this returned for the scrape before
   * @returns the series whose samples are as of the scrape; of those that bring their own times nobody expects a next one
   */
  write(
    { target, startedAt, samples, step }: TargetSamples,
    before: readonly Series[],
    write: PendingSamples,
    drops: Drops,
  ): readonly Series[] {
    const labels = new LabelWriter(target, this.#rules, this.#table);
    const time = timeOf(startedAt);
    const size = sampleBytes(time);
    const scraped = new ScrapedSeries(before);
    const timed = new Map<Series, Sample[]>();
    for (const sample of samples) {
      step?.();
      const { series, value, timestamp } = sample;
      if (timestamp !== undefined) {
        const others = timed.get(series);
        if (others === undefined) timed.set(series, [sample]);
        else others.push(sample);
      } else if (!labels.find(series)) {
        drops.add('relabeled', series);
      } else if (!scraped.add(series)) {
        drops.add('duplicate', series);
      } else {
        this.#begin(labels, size);
        this.#samples.write(value, time);
        this.#end(1, write);
      }
    }
    if (timed.size > 0) this.#timed(labels, timed, write, drops);
    return scraped.list();
  }

  /** Adds a marker for each series that is gone. @param timestamp milliseconds since the epoch */
  writeStale({ target, series }: Vanished, timestamp: number, write: PendingSamples): void {
    const labels = new LabelWriter(target, this.#rules, this.#table);
    const time = timeOf(timestamp);
    for (const one of series) {
      if (!labels.find(one)) continue;
      this.#begin(labels, sampleBytes(time));
      this.#samples.writeStale(time);
      this.#end(1, write);
    }
  }

  /** The request that is being filled; undefined where nothing is in it. */
  take(): Batch | undefined {
    if (this.#portions.samples === 0) return undefined;
    return new SeriesBatch(this.#writer.take(), this.#portions.take());
  }

  #timed(
    labels: LabelWriter,
    timed: ReadonlyMap<Series, Sample[]>,
    write: PendingSamples,
    drops: Drops,
  ): void {
    // Series of one target mostly have samples of the same times.
    const times = new Map<number, Time>();
    for (const [series, samples] of timed) {
      if (!labels.find(series)) {
        for (const _ of samples) drops.add('relabeled', series);
        continue;
      }
      const points = inOrder(samples);
      for (let i = points.size; i < samples.length; i++) drops.add('duplicate', series);
      let size = 0;
      for (const timestamp of points.keys()) size += sampleBytes(known(times, timestamp));
      this.#begin(labels, size);
      for (const [timestamp, value] of points) this.#samples.write(value, known(times, timestamp));
      this.#end(points.size, write);
    }
  }

  /** @param samplesSize bytes of all samples of the series */
  #begin(labels: LabelWriter, samplesSize: number): void {
    const writer = this.#writer;
    const size = labels.size + samplesSize;
    const { block, length: at } = writer;
    if (block === this.#block && size === this.#size) {
      writer.repeat(this.#at, 1 + varintBytes(size));
    } else {
      writer.varint(TIMESERIES_TAG);
      writer.varint(size);
    }
    this.#block = block;
    this.#at = at;
    this.#size = size;
    labels.write(writer);
  }

  #end(samples: number, write: PendingSamples): void {
    this.#portions.add(write, samples);
    if (this.#writer.length < MAX_SERIES_BYTES) return;
    const full = this.take();
    if (full !== undefined) this.#onFull(full);
  }
}

/** Values by time, in whole milliseconds as remote write has them, the earliest first. Of two of a time the first counts. */
function inOrder(samples: readonly Sample[]): Map<number, number> {
  const points = new Map<number, number>();
  for (const sample of samples) {
    const time = Math.trunc(sample.timestamp ?? 0);
    if (!points.has(time)) points.set(time, sample.value);
  }
  return new Map([...points].sort(([a], [b]) => a - b));
}

function known(times: Map<number, Time>, timestamp: number): Time {
  let time = times.get(timestamp);
  if (time === undefined) {
    time = timeOf(timestamp);
    times.set(timestamp, time);
  }
  return time;
}
