import type { Drops } from '../../model/drops.ts';
import type { Sample, Series } from '../../model/sample.ts';
import type { TargetSamples } from '../../model/sample-output.ts';
import type { Batch } from '../push/batch.ts';
import type { PendingSamples } from '../push/pending-samples.ts';
import { Portions } from '../push/portions.ts';
import { FirstOfEach } from '../wire/first-of-each.ts';
import { varintBytes } from '../wire/protobuf-writer.ts';
import { SnappyWriter } from '../wire/snappy-writer.ts';
import { TIMESERIES } from './fields.ts';
import type { LabelTable } from './label-table.ts';
import { areSameLabels, type FoundLabels, type LabelRules, LabelWriter } from './label-writer.ts';
import type { Vanished } from './last-series.ts';
import { MAX_SERIES_BYTES } from './limits.ts';
import { isTime, SampleWriter, sampleBytes, type Time, timeOf } from './sample-writer.ts';
import { type KnownSeries, NO_SERIES, ScrapedSeries } from './scraped-series.ts';
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
   * what relabeling drops, and a time that cannot be sent is added to `drops`.
   *
   * @param before what this returned for the scrape before, under the same labels of the target
   * @returns the series whose samples are as of the scrape; of those that bring their own times nobody expects a next one
   */
  write(
    scraped: TargetSamples,
    before: KnownSeries,
    write: PendingSamples,
    drops: Drops,
  ): KnownSeries {
    const { target, startedAt, samples, step } = scraped;
    const labels = new LabelWriter(target, this.#rules, this.#table);
    if (samples.some(({ timestamp }) => timestamp !== undefined)) {
      return this.#timed(scraped, labels, write, drops);
    }
    const time = timeOf(startedAt);
    const size = sampleBytes(time);
    const known = new ScrapedSeries(before, labels);
    for (const { series, value } of samples) {
      step?.();
      if (!labels.find(series)) {
        drops.add('relabeled', series);
      } else if (!known.add(series)) {
        drops.add('duplicate', series);
      } else {
        this.#begin(labels, size);
        this.#samples.write(value, time);
        this.#end(1, write);
      }
    }
    return known.known();
  }

  /**
   * Adds a marker for each series that is gone.
   *
   * @param timestamp milliseconds since the epoch
   * @param present the scrape without them: what has the same labels as one of its series is not gone
   * @returns the series that got one
   */
  writeStale(
    { target, series }: Vanished,
    timestamp: number,
    write: PendingSamples,
    present?: TargetSamples,
  ): readonly Series[] {
    const all = new FirstOfEach<FoundLabels>(areSameLabels);
    if (present !== undefined) {
      const labels = new LabelWriter(present.target, this.#rules, this.#table);
      for (const sample of present.samples) {
        if (labels.find(sample.series)) all.add(labels.hash, labels.found);
      }
    }
    const labels = new LabelWriter(target, this.#rules, this.#table);
    const time = timeOf(timestamp);
    const marked: Series[] = [];
    for (const one of series) {
      const { size } = all;
      if (!labels.find(one) || all.add(labels.hash, labels.found) < size) continue;
      this.#begin(labels, sampleBytes(time));
      this.#samples.writeStale(time);
      this.#end(1, write);
      marked.push(one);
    }
    return marked;
  }

  /** The request that is being filled; undefined where nothing is in it. */
  take(): Batch | undefined {
    if (this.#portions.samples === 0) return undefined;
    return new SeriesBatch(this.#writer.take(), this.#portions.take());
  }

  /** The way where some bring their own times, which has to know all samples of a series before it writes one. */
  #timed(
    { samples, startedAt, step }: TargetSamples,
    labels: LabelWriter,
    write: PendingSamples,
    drops: Drops,
  ): KnownSeries {
    const all = new FirstOfEach<FoundLabels>(areSameLabels);
    const bySeries: [Sample, ...Sample[]][] = [];
    for (const sample of samples) {
      step?.();
      if (!labels.find(sample.series)) {
        drops.add('relabeled', sample.series);
        continue;
      }
      if (!isTime(sample.timestamp ?? startedAt)) {
        drops.add('timestamp', sample.series);
        continue;
      }
      const number = all.add(labels.hash, labels.found);
      if (number === bySeries.length) bySeries.push([sample]);
      else bySeries[number]?.push(sample);
    }
    // Series of one target mostly have samples of the same times.
    const times = new Map<number, Time>();
    for (const [first, ...more] of bySeries) {
      const points = inOrder([first, ...more], startedAt, drops);
      let size = 0;
      for (const timestamp of points.keys()) size += sampleBytes(known(times, timestamp));
      labels.find(first.series);
      this.#begin(labels, size);
      for (const [timestamp, value] of points) this.#samples.write(value, known(times, timestamp));
      this.#end(points.size, write);
    }
    const untimed = bySeries.filter((own) => own.some(({ timestamp }) => timestamp === undefined));
    return { ...NO_SERIES, series: untimed.map(([{ series }]) => series) };
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

/**
 * Values by time, in whole milliseconds as remote write has them, the earliest first. Of two of a time the first counts.
 *
 * @param scrapedAt the time of samples without one of their own
 */
function inOrder(
  samples: readonly Sample[],
  scrapedAt: number,
  drops: Drops,
): ReadonlyMap<number, number> {
  const points = new Map<number, number>();
  for (const { series, value, timestamp = scrapedAt } of samples) {
    const time = Math.trunc(timestamp);
    if (points.has(time)) drops.add('duplicate', series);
    else points.set(time, value);
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
