import { quote } from '../../model/samples/quote.ts';
import type { DecodedSample } from '../lines/decoder.ts';
import type { Metric, MetricName } from './families.ts';
import { HistogramPoint } from './histogram-point.ts';
import type { SampleRule } from './rules.ts';

/** Receives a violation of a rule. @param line number of the line. @default the current line */
export type Report = (problem: string, line?: number) => void;

/**
 * Checks the points of one OpenMetrics exposition, one after the other: the samples of a metric with the same time.
 * Rules apply to their order and to each point as a whole.
 */
export class MetricPoints {
  /** Milliseconds since the epoch: the start of the current point's samples. */
  start: number | undefined;
  private readonly samples: readonly DecodedSample[];
  private readonly exposition: number;
  private readonly report: Report;
  /** The current point: its metric, its time in seconds, its first line, and the index of its first sample. */
  private metric: Metric | undefined;
  private seconds: number | undefined;
  private firstLine = 0;
  private firstSample = 0;
  /** The index of the first sample of its metric, at any time. */
  private firstOfMetric = 0;
  /** Whether the current point has samples, wanted or not. */
  private sampled = false;
  /** The family of the current point, if that is a histogram. */
  private histogramFamily: MetricName | undefined;
  private readonly histogram = new HistogramPoint();

  /**
   * @param samples the wanted samples of the exposition so far; more are added at the end
   * @param exposition number of the exposition, by which metrics of earlier ones are out of date
   */
  constructor(samples: readonly DecodedSample[], exposition: number, report: Report) {
    this.samples = samples;
    this.exposition = exposition;
    this.report = report;
  }

  /**
   * Moves on to the point of the current sample.
   *
   * @param line number of the line
   * @param isStart whether the sample only gives the start of others. Without a timestamp it belongs to all points of
   *   its metric: client libraries write it so beside samples with a time
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

  /** Adds a sample to the current point. */
  add({ suffix }: SampleRule, bound: number, value: number): void {
    this.sampled = true;
    if (this.histogramFamily !== undefined) this.histogram.add(suffix, bound, value);
  }

  /** Sets the start of the current point's samples, including earlier ones. */
  created(seconds: number): void {
    this.start = Math.round(seconds * 1000);
    for (const sample of this.samples.slice(this.firstSample)) sample.start = this.start;
  }

  /** Ends the current point. */
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
