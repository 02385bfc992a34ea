import type { TargetSamples } from '../../model/delivery/sample-output.ts';
import type { Drops } from '../../model/samples/drops.ts';
import { costOfLabels } from '../../model/samples/label-cost.ts';
import type { Sample, Series } from '../../model/samples/sample.ts';
import type { Batch } from '../push/batch.ts';
import type { PendingSamples } from '../push/pending-samples.ts';
import { Portions } from '../push/portions.ts';
import { FirstOfEach } from '../wire/first-of-each.ts';
import { timed } from './encoding/exemplar.ts';
import { FamilyTexts } from './encoding/family-texts.ts';
import type { LabelTable } from './encoding/label-table.ts';
import { areSameLabels, type FoundLabels, LabelWriter } from './encoding/label-writer.ts';
import type { Vanished } from './encoding/last-series.ts';
import { SampleTimes } from './encoding/sample-times.ts';
import { isTime, SampleWriter, sampleBytes, timeOf } from './encoding/sample-writer.ts';
import { type KnownSeries, NO_SERIES, ScrapedSeries } from './encoding/scraped-series.ts';
import type { LabelRules } from './encoding/sent-labels.ts';
import type { SeriesWriter, TimedExemplar } from './encoding/series-writer.ts';
import { MAX_SERIES_BYTES } from './limits.ts';
import { SeriesWriterV1 } from './v1/series-writer.ts';

const NO_EXEMPLARS: readonly TimedExemplar[] = [];
const NO_TEXTS = new FamilyTexts([]);

/** The settings of requests. */
export interface RequestFormat {
  /** @default version 1 */
  readonly series?: SeriesWriter | undefined;
  /** @default false */
  readonly sendExemplars?: boolean | undefined;
}

/** Fills remote-write requests with the samples of one target after the other. */
export class RequestWriter {
  readonly #rules: LabelRules;
  readonly #table: LabelTable;
  readonly #onFull: (batch: Batch) => void;
  readonly #series: SeriesWriter;
  readonly #samples: SampleWriter;
  readonly #sendExemplars: boolean;
  readonly #portions = new Portions();

  /**
   * @param table outlives this writer
   * @param onFull receives each full request
   */
  constructor(
    rules: LabelRules,
    table: LabelTable,
    onFull: (batch: Batch) => void,
    { series = new SeriesWriterV1(), sendExemplars = false }: RequestFormat = {},
  ) {
    this.#rules = rules;
    this.#table = table;
    this.#onFull = onFull;
    this.#series = series;
    this.#samples = new SampleWriter(series.block);
    this.#sendExemplars = sendExemplars;
  }

  /**
   * Adds the samples of one target, those of a series in the order of their times. Duplicates in the sense of
   * Prometheus, series that relabeling drops, and invalid times go into `drops`.
   *
   * @param before the result for the scrape before, under the same labels of the target
   * @returns the series whose samples have the time of the scrape; series with timestamps of their own are not expected
   *   again
   */
  write(
    scraped: TargetSamples,
    before: KnownSeries,
    write: PendingSamples,
    drops: Drops,
  ): KnownSeries {
    const { target, startedAt, samples, step } = scraped;
    const labels = new LabelWriter(target, this.#rules, this.#table, step);
    if (samples.some(({ timestamp }) => timestamp !== undefined)) {
      return this.#timed(scraped, labels, write, drops);
    }
    const times = new SampleTimes(this.#series.hasStarts);
    const texts = textsOf(scraped);
    const known = new ScrapedSeries(before, labels);
    for (const sample of samples) {
      const { series, value, start } = sample;
      const isFound = labels.find(series);
      step?.(costOfLabels(labels.labels.length));
      if (!isFound) {
        drops.add(labels.reason, series);
      } else if (!known.add(series)) {
        drops.add('duplicate', series);
      } else {
        const time = times.of(startedAt, start);
        const exemplars = this.#exemplarsOf(sample, startedAt);
        this.#series.begin(labels, sampleBytes(time), series, texts, exemplars);
        this.#samples.write(value, time);
        this.#end(1, write);
      }
    }
    return known.known();
  }

  /**
   * Adds a marker for each series that ended.
   *
   * @param timestamp milliseconds since the epoch
   * @param present the scrape without them: a series with the same labels has not ended
   * @returns the series with a marker
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
      this.#series.begin(labels, sampleBytes(time), one, NO_TEXTS, NO_EXEMPLARS);
      this.#samples.writeStale(time);
      this.#end(1, write);
      marked.push(one);
    }
    return marked;
  }

  /** The open request; undefined if it is empty. */
  take(): Batch | undefined {
    if (this.#portions.samples === 0) return undefined;
    return this.#series.take(this.#portions.take());
  }

  /** For samples with timestamps of their own: all samples of a series must be known before it is written. */
  #timed(
    scraped: TargetSamples,
    labels: LabelWriter,
    write: PendingSamples,
    drops: Drops,
  ): KnownSeries {
    const { samples, startedAt, step } = scraped;
    const all = new FirstOfEach<FoundLabels>(areSameLabels);
    const bySeries: [Sample, ...Sample[]][] = [];
    for (const sample of samples) {
      const isFound = labels.find(sample.series);
      step?.(costOfLabels(labels.labels.length));
      if (!isFound) {
        drops.add(labels.reason, sample.series);
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
    const times = new SampleTimes(this.#series.hasStarts);
    const texts = textsOf(scraped);
    for (const [first, ...more] of bySeries) {
      const points = inOrder([first, ...more], startedAt, drops);
      const exemplars: TimedExemplar[] = [];
      let size = 0;
      for (const [time, sample] of points) {
        size += sampleBytes(times.of(time, sample.start));
        exemplars.push(...this.#exemplarsOf(sample, time));
      }
      const { series } = first;
      labels.find(series);
      this.#series.begin(labels, size, series, texts, exemplars);
      for (const [time, { value, start }] of points) {
        this.#samples.write(value, times.of(time, start));
      }
      this.#end(points.size, write);
    }
    const untimed = bySeries.filter((own) => own.some(({ timestamp }) => timestamp === undefined));
    return { ...NO_SERIES, series: untimed.map(([{ series }]) => series) };
  }

  /** @param time time of the sample */
  #exemplarsOf({ exemplar }: Sample, time: number): readonly TimedExemplar[] {
    if (exemplar === undefined || !this.#sendExemplars) return NO_EXEMPLARS;
    return [timed(exemplar, time)];
  }

  #end(samples: number, write: PendingSamples): void {
    this.#series.end();
    this.#portions.add(write, samples);
    if (this.#series.length < MAX_SERIES_BYTES) return;
    const full = this.take();
    if (full !== undefined) this.#onFull(full);
  }
}

function textsOf({ texts }: TargetSamples): FamilyTexts {
  return texts === undefined ? NO_TEXTS : new FamilyTexts(texts);
}

/**
 * Samples by time, in whole milliseconds, the earliest first. The first of two at the same time counts.
 *
 * @param scrapedAt the time of samples without a timestamp
 */
function inOrder(
  samples: readonly Sample[],
  scrapedAt: number,
  drops: Drops,
): ReadonlyMap<number, Sample> {
  const points = new Map<number, Sample>();
  for (const sample of samples) {
    const time = Math.trunc(sample.timestamp ?? scrapedAt);
    if (points.has(time)) drops.add('duplicate', sample.series);
    else points.set(time, sample);
  }
  return new Map([...points].sort(([a], [b]) => a - b));
}
