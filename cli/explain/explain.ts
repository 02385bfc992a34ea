import { encode } from '../../lambda/emf/encode.ts';
import { groupsOf } from '../../lambda/grouping/grouping.ts';
import { type DropReason, Drops } from '../../lambda/model/samples/drops.ts';
import type { Publications } from '../../lambda/model/samples/publication.ts';
import {
  type HistogramSample,
  isCumulative,
  type Labels,
  type MetricType,
  type Sample,
  type Series,
} from '../../lambda/model/samples/sample.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import type { OutputConfig } from '../../lambda/model/settings/output.ts';
import { DROP_TEXTS } from '../../lambda/report/drop-texts.ts';
import { Rules } from '../../lambda/rules/declare.ts';
import {
  type DeclarationTrace,
  type Edit,
  nearestEdit,
  traceOf,
} from '../../lambda/rules/trace.ts';
import { type Comparison, convert, type SelectedSample } from '../../lambda/series/convert.ts';
import { Labeller } from '../../lambda/series/label.ts';
import { NameFilter } from '../../lambda/series/name-filter.ts';
import { Precision } from '../../lambda/series/precision.ts';
import type { Page } from './page.ts';

/** Outputs that also get values without a metric. */
const OF_EVENTS: readonly OutputConfig['type'][] = ['cloudwatch-logs', 'file', 'stdout'];

/** One metric of CloudWatch that a series becomes. */
export interface PublishedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Labels;
  /** Absent: CloudWatch's `None`. */
  readonly unit?: string | undefined;
  /** How values become those of the metric. */
  readonly as: 'value' | 'increase' | 'rate per second' | 'distribution';
}

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
  /** The change that would publish it, if no declaration does. */
  readonly edit?: Edit | undefined;
}

/** Explains every sample of a page, in its order, with the stages of the collector. */
export function explain(
  config: Pick<Config, 'emf' | 'series' | 'clusterName' | 'outputs'>,
  page: Page,
): readonly SeriesExplanation[] {
  const { target, samples, dropped } = page;
  const reasons = new Map<string, DropReason>();
  const drops = new Drops((reason, series) => reasons.set(keyOf(series), reason));
  const { declarations } = config.emf;
  const hasEvents = config.outputs?.some(({ type }) => OF_EVENTS.includes(type)) ?? true;
  const rules = new Rules(config.emf);
  const labeller = new Labeller(target, config.clusterName);
  const wanted = new NameFilter(config.series.typeOverrides, rules).take(samples, drops);
  const selected = [...rules.declare(labeller.label(wanted), drops)];
  const comparison = comparisonFor(config.series);
  for (const each of selected) {
    if (each.publications.length > 0 || hasEvents) {
      dropUnpublished(each, comparison, config.emf, drops);
    } else for (const part of partsOf(each)) drops.add('no_declaration', part);
  }
  const chosen = new Map(
    selected.flatMap((each) => partsOf(each).map((part) => [keyOf(part), each] as const)),
  );
  const explained = (series: Series, value: number, reason: DropReason | undefined) => {
    const published = chosen.get(keyOf(series));
    const labels = published?.labels ?? labeller.of(series);
    const own = published?.series.name ?? series.name;
    const traces = traceOf(declarations, { name: own, labels });
    const metrics = published ? metricsOf(published, config) : [];
    return {
      name: series.name,
      type: published?.series.type ?? series.type,
      labels,
      value,
      metrics,
      dropped: reason && { reason, text: DROP_TEXTS[reason] },
      declarations: traces,
      edit: isUndeclared(metrics, reason) ? nearestEdit(traces, { name: own, labels }) : undefined,
    };
  };
  return [
    ...samples.map(({ series, value }) => explained(series, value, reasons.get(keyOf(series)))),
    ...dropped.map((series) => explained(series, Number.NaN, 'relabeled')),
  ];
}

/** Whether the declarations alone keep a series from being published. */
function isUndeclared(metrics: readonly PublishedMetric[], reason: DropReason | undefined) {
  const isTheirs = reason === 'no_declaration' || reason === 'no_dimension_set';
  return metrics.length === 0 && (reason === undefined || isTheirs);
}

/** The series that a selected sample is made of. */
function partsOf({ series }: SelectedSample): readonly Series[] {
  return series.parts ?? [series];
}

/** The stages may make new objects of a series, but its name and labels stay. */
function keyOf({ name, labels }: Series): string {
  return JSON.stringify([name, ...Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A first scrape, now: nothing is known of earlier values. */
function comparisonFor({ firstSample, valuePrecision }: Config['series']): Comparison {
  const past = { series: new Map(), baseline: undefined };
  const precision = new Precision(valuePrecision);
  return { scrapedAt: Date.now(), overlapMs: 0, past, firstSample, precision };
}

/** Counts a sample that the rules select and that its value, time or size keeps from being published. */
function dropUnpublished(
  sample: SelectedSample,
  comparison: Comparison,
  emf: Config['emf'],
  drops: Drops,
): void {
  const { points } = convert([sample], comparison, drops);
  encode(groupsOf(points, drops), emf, () => ({ logGroup: '', logStream: '' }), drops);
}

function metricsOf(sample: SelectedSample, { emf }: Pick<Config, 'emf'>): PublishedMetric[] {
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
