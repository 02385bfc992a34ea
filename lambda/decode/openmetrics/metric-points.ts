import { quote } from '../../model/samples/quote.ts';
import type { DecodedSample } from '../lines/decoder.ts';
import type { Metric, MetricName } from './families.ts';
import { HistogramPoint } from './histogram-point.ts';
import type { SampleRule } from './rules.ts';

/** Told of a rule that is broken. @param line the number of the line; by default that of the line at hand */
export type Report = (problem: string, line?: number) => void;

/**
 * The points of one OpenMetrics exposition, one after the other: the samples of a metric with the same time. Their order
 * and each as a whole follow rules.
 */
export class MetricPoints {
  /** Milliseconds when the samples of the point at hand began to count. */
  start: number | undefined;
  private readonly samples: readonly DecodedSample[];
  private readonly exposition: number;
  private readonly report: Report;
  /** The point at hand: its metric, its time in seconds, its first line, and the index of its first sample. */
  private metric: Metric | undefined;
  private seconds: number | undefined;
  private firstLine = 0;
  private firstSample = 0;
  /** The index of the first sample of its metric, of whatever time. */
  private firstOfMetric = 0;
  /** Whether the point at hand has samples, wanted or not. */
  private sampled = false;
  /** The family of the point at hand, if that is a histogram. */
  private histogramFamily: MetricName | undefined;
  private readonly histogram = new HistogramPoint();

  /**
   * @param samples of the exposition so far, as far as they are wanted; more are added at its end
   * @param exposition number of the exposition, which other numbers in metrics are not
   */
  constructor(samples: readonly DecodedSample[], exposition: number, report: Report) {
    this.samples = samples;
    this.exposition = exposition;
    this.report = report;
  }

  /**
   * Makes the point of the sample at hand the point at hand.
   *
   * @param line number of the line
   * @param isStart whether the sample only says when others began to count. Without a time of its own it is about all points of
   *   its metric: so do client libraries write it beside samples with a time
   */
  enter(
    family: MetricName,
    metric: Metric,
    seconds: number | undefined,
    line: number,
    isStart = false,
  ): void {
    if (metric === this.metric && seconds === this.seconds) return;
    const last = this.metric;
    if (isStart && metric === last && seconds === undefined) {
      this.report(`expected timestamps at all points of a metric of ${quote(family.name)}`);
      this.firstSample = this.firstOfMetric;
      return;
    }
    const isAboutThis = metric === last && this.seconds === undefined && !this.sampled;
    const start = isAboutThis ? this.start : undefined;
    this.end();
    if (metric !== last) {
      if (metric.exposition === this.exposition) {
        this.report(`expected all points of a metric of ${quote(family.name)} together`);
      }
      metric.exposition = this.exposition;
      this.firstOfMetric = this.samples.length;
    } else if (seconds === undefined || this.seconds === undefined) {
      this.report(`expected timestamps at all points of a metric of ${quote(family.name)}`);
    } else if (seconds < this.seconds) {
      this.report(`expected growing timestamps, got ${seconds} after ${this.seconds}`);
    }
    this.metric = metric;
    this.seconds = seconds;
    this.firstLine = line;
    this.firstSample = this.samples.length;
    this.sampled = false;
    this.start = start;
    const isHistogram = family.type === 'histogram' || family.type === 'gaugehistogram';
    this.histogramFamily = isHistogram ? family : undefined;
    if (isHistogram) this.histogram.clear();
  }

  /** Takes in a sample of the point at hand. */
  add({ suffix }: SampleRule, bound: number, value: number): void {
    this.sampled = true;
    if (this.histogramFamily !== undefined) this.histogram.add(suffix, bound, value);
  }

  /** Takes in when the samples of the point at hand began to count, also those before. */
  created(seconds: number): void {
    this.start = Math.round(seconds * 1000);
    for (const sample of this.samples.slice(this.firstSample)) sample.start = this.start;
  }

  /** Ends the point at hand. */
  end(): void {
    if (this.metric === undefined) return;
    this.metric = undefined;
    const family = this.histogramFamily;
    const problem = family && this.histogram.problem(family.name, family.type === 'gaugehistogram');
    if (problem !== undefined) this.report(problem, this.firstLine);
    if (this.start !== undefined && !this.sampled) {
      this.report('expected _created beside the samples of its metric', this.firstLine);
    }
  }
}
