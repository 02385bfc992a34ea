import type { Config, Declaration } from '../../lambda/model/settings/config.ts';
import { traceOf } from '../../lambda/rules/trace.ts';
import { PRICES, type PriceList } from '../../price/list.ts';
import { dollarsOf } from '../../price/price.ts';
import type { SeriesExplanation } from '../explain/explain.ts';
import type { Page } from '../explain/page.ts';
import type { CountedMetric } from './receivers.ts';

/** Entries of each list. */
const SHOWN = 10;

/** What the series of a histogram or a summary add to its name. */
const PART = /_(?:bucket|count|sum)$/;

/** A metric name, a label or a rule, and the metrics of CloudWatch that would not be there without it. */
export interface Saving {
  readonly name: string;
  readonly metrics: number;
  /** Dollars a month. */
  readonly dollars: number | undefined;
}

/** What each part of the rules costs, the most expensive first. */
export interface Savings {
  readonly byName: readonly Saving[];
  /** Dimensions, of which each removal makes metrics into one. */
  readonly byLabel: readonly Saving[];
  readonly byRule: readonly Saving[];
  /** Of all samples, in a workspace: each as a metric with so many samples a cycle. */
  readonly bySamples: readonly SampleCost[];
}

/** What a workspace bills for the samples of one name. */
export interface SampleCost {
  readonly name: string;
  /** In one cycle. */
  readonly samples: number;
  /** Dollars a month. */
  readonly dollars: number | undefined;
}

/** One cycle. */
export interface Delivered {
  /** Metrics of CloudWatch that were delivered. */
  readonly metrics: readonly CountedMetric[];
  /** The series that they are made of. */
  readonly explained: readonly SeriesExplanation[];
  readonly pages: readonly Page[];
  /** Cycles of a month. */
  readonly cycles: number;
}

/** What the metrics and samples of a cycle cost in a month, by their names, dimensions and rules. */
export function savingsOf(
  { metrics, explained, pages, cycles }: Delivered,
  { emf }: Pick<Config, 'emf'>,
  prices: PriceList = PRICES,
): Savings {
  const saving = (name: string, fewer: number): Saving => ({
    name,
    metrics: fewer,
    dollars: difference(prices, metrics.length, fewer),
  });
  const labels = new Set(metrics.flatMap(({ dimensions }) => dimensions.map(([name]) => name)));
  return {
    byName: most(
      [...Map.groupBy(metrics, ({ name }) => name)].map(([name, { length }]) =>
        saving(name, length),
      ),
    ),
    byLabel: most(
      [...labels].map((label) => {
        const left = new Set(metrics.map((metric) => keyOf(metric, label)));
        return saving(label, metrics.length - left.size);
      }),
    ),
    byRule: most(
      [...metricsByRule(metrics, explained, emf.declarations)].map(([index, fewer]) =>
        saving(`metric_declaration[${index}]`, fewer),
      ),
    ),
    bySamples: samplesByName(pages)
      .slice(0, SHOWN)
      .map(([name, samples]) => ({
        name,
        samples,
        dollars: dollarsOf(prices.ampSample, samples * cycles),
      })),
  };
}

/** The names with the most samples first. */
function samplesByName(pages: readonly Page[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { samples } of pages) {
    for (const { series } of samples) counts.set(series.name, (counts.get(series.name) ?? 0) + 1);
  }
  return [...counts].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}

/** How many metrics each declaration alone publishes. */
function metricsByRule(
  metrics: readonly CountedMetric[],
  explained: readonly SeriesExplanation[],
  declarations: readonly Declaration[],
): ReadonlyMap<number, number> {
  const owners = new Map(metrics.map((metric) => [nameKey(metric), new Set<number>()]));
  for (const series of explained) {
    for (const { name, labels } of selectable(series)) {
      for (const { index, selector, applies, sets } of traceOf(declarations, { name, labels })) {
        if (selector === undefined || !applies) continue;
        for (const { names, problems } of sets) {
          if (problems.length > 0) continue;
          const dimensions = names.map((each) => [each, labels[each] ?? ''] as const);
          owners.get(nameKey({ name, dimensions }))?.add(index);
        }
      }
    }
  }
  const alone = new Map<number, number>();
  for (const [index, other] of owners.values()) {
    if (index !== undefined && other === undefined) alone.set(index, (alone.get(index) ?? 0) + 1);
  }
  return alone;
}

/** What selectors may match of a series: its own name, and that of the histogram or summary that it is a part of. */
function selectable({ name, type, labels, metrics }: SeriesExplanation) {
  if (metrics.length === 0) return [];
  const family = name.replace(PART, '');
  const isPart = (type === 'histogram' || type === 'summary') && family !== name;
  const { le: _, ...ofFamily } = labels;
  return [{ name, labels }, ...(isPart ? [{ name: family, labels: ofFamily }] : [])];
}

function difference(prices: PriceList, all: number, fewer: number): number | undefined {
  const before = dollarsOf(prices.metric, all);
  const after = dollarsOf(prices.metric, all - fewer);
  return before === undefined || after === undefined ? undefined : before - after;
}

function most(savings: readonly Saving[]): Saving[] {
  return savings
    .filter(({ metrics }) => metrics > 0)
    .toSorted((a, b) => b.metrics - a.metrics || (a.name < b.name ? -1 : 1))
    .slice(0, SHOWN);
}

function keyOf(metric: CountedMetric, without: string): string {
  const dimensions = metric.dimensions.filter(([name]) => name !== without);
  return `${metric.namespace} ${nameKey({ name: metric.name, dimensions })}`;
}

/** Of metrics in any namespace. */
function nameKey({ name, dimensions }: Pick<CountedMetric, 'name' | 'dimensions'>): string {
  return JSON.stringify([name, dimensions.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
