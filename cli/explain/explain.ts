import type { DropReason } from '../../lambda/model/samples/drops.ts';
import type { Publications } from '../../lambda/model/samples/publication.ts';
import {
  type HistogramSample,
  isCumulative,
  type Labels,
  type MetricType,
  type Sample,
  type Series,
} from '../../lambda/model/samples/sample.ts';
import { DROP_TEXTS } from '../../lambda/report/drop-texts.ts';
import type { Refused } from '../../lambda/rules/explain.ts';
import {
  type DeclarationTrace,
  type Edit,
  nearestEdit,
  traceOf,
} from '../../lambda/rules/trace.ts';
import type { SelectedSample } from '../../lambda/series/convert.ts';
import { histogramPartOf, isHistogram, withoutBound } from '../../lambda/series/histogram-part.ts';
import { type FollowedPage, Follower, type RulesConfig } from './follow.ts';
import type { Page } from './page.ts';
import { type PublishedMetric, publishedBy } from './published.ts';
import type { Received } from './receivers.ts';

/** The way of one series through the rules. */
export interface SeriesExplanation {
  readonly name: string;
  readonly type: MetricType;
  /** Joined with those of the target, as the rules see them. */
  readonly labels: Labels;
  readonly value: number;
  /** Empty: it is not published as a metric. */
  readonly metrics: readonly PublishedMetric[];
  /** Why this sample is not published; absent if it is. */
  readonly dropped?: { readonly reason: DropReason; readonly text: string } | undefined;
  readonly declarations: readonly DeclarationTrace[];
  /** What the outputs get of it. */
  readonly received: readonly Received[];
  /** The change that would publish it, if no declaration does. */
  readonly edit?: Edit | undefined;
}

/**
 * Explains every sample of a page, in its order, with the stages of the collector.
 *
 * @param follower one for all pages, which share a budget of metrics
 * @param receivedOf what the receivers of samples get. @default nothing
 */
export function explain(
  config: RulesConfig,
  page: Page,
  follower: Follower = new Follower(config),
  receivedOf: (series: Series) => readonly Received[] = () => [],
): readonly SeriesExplanation[] {
  const { samples, dropped } = page;
  const followed = follower.follow(page);
  return [
    ...samples.map(({ series, value }) => {
      const explained = explainSeries(config, followed, series, value);
      return { ...explained, received: [...explained.received, ...receivedOf(series)] };
    }),
    ...dropped.map((series) => explainSeries(config, followed, series, Number.NaN, 'relabeled')),
  ];
}

/** @param reason why a sample of it is not published */
export function explainSeries(
  config: RulesConfig,
  followed: FollowedPage,
  series: Series,
  value: number,
  reason: DropReason | undefined = followed.reason(series),
): SeriesExplanation {
  const published = followed.selected(series);
  const labels = followed.labels(series);
  const subject = published
    ? { name: published.series.name, labels }
    : subjectOf(followed.typed(series), labels);
  const traces = traceOf(config.emf.declarations, subject);
  const metrics = published ? metricsOf(published, config) : [];
  return {
    name: series.name,
    type: published?.series.type ?? followed.typed(series).type,
    labels,
    value,
    metrics,
    dropped: reason && { reason, text: DROP_TEXTS[reason] },
    declarations: traces,
    received: isSent(reason) ? publishedBy(config.outputs, metrics) : [],
    edit: isUndeclared(metrics, reason) ? nearestEdit(traces, subject) : undefined,
  };
}

/** Whether outputs of events and metrics get a series, now or from the second scrape on. */
function isSent(reason: DropReason | undefined): boolean {
  return reason === undefined || reason === 'first_sample';
}

/**
 * The series that a declaration should select: for a bucket its whole histogram, because under its own name the buckets
 * would become one metric that mixes them.
 */
function subjectOf(series: Series, labels: Labels): Refused {
  const part = isHistogram(series) ? histogramPartOf(series) : undefined;
  if (part?.kind !== 'bucket') return { name: series.name, labels };
  return { name: part.histogram, labels: withoutBound(labels) };
}

/** Whether the declarations alone keep a series from being published. */
function isUndeclared(metrics: readonly PublishedMetric[], reason: DropReason | undefined) {
  const isTheirs = reason === 'no_declaration' || reason === 'no_dimension_set';
  return metrics.length === 0 && (reason === undefined || isTheirs);
}

/** The metrics of CloudWatch that a selected sample becomes. */
export function metricsOf(
  sample: SelectedSample,
  { emf }: Pick<RulesConfig, 'emf'>,
): PublishedMetric[] {
  const { series, labels, publications } = sample;
  return (publications as Publications).flatMap(({ namespace, dimensions, rate }) =>
    dimensions.map((names) => ({
      namespace,
      name: series.name,
      dimensions: Object.fromEntries(names.map((name) => [name, labels[name] ?? ''])),
      unit: emf.units.get(series.name),
      as: asOf(sample, rate),
    })),
  );
}

function asOf(sample: Sample | HistogramSample, rate: boolean): PublishedMetric['as'] {
  if ('buckets' in sample) return 'distribution';
  if (!isCumulative(sample.series)) return 'value';
  return rate ? 'rate per second' : 'increase';
}
