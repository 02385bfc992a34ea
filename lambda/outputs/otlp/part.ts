import type { Series } from '../../model/samples/sample.ts';

/** The role of a series in a histogram or a summary. */
export interface Part {
  /** Name of the metric. */
  readonly name: string;
  readonly kind: 'histogram' | 'summary';
  readonly role: 'value' | 'sum' | 'count';
  /** Upper bound or quantile; NaN for other parts. */
  readonly at: number;
  /** The label that distinguishes the values of one data point. */
  readonly exclude: string;
}

/** The label of a value, by kind. */
const VALUE_LABEL = { histogram: 'le', summary: 'quantile' } as const;

const SUFFIXES = { sum: '_sum', count: '_count' } as const;

/** The forms of infinity in Prometheus. */
const INFINITY = /^[+]?inf(?:inity)?$/i;

/**
 * Undefined for a series that stands alone: it has another type, or metric relabeling removed the suffix of its name or
 * the label of its bucket or quantile.
 */
export function partOf(series: Series): Part | undefined {
  const exposed = series.origin ?? series;
  const { type: kind, family } = exposed;
  if (kind !== 'histogram' && kind !== 'summary') return undefined;
  const exclude = VALUE_LABEL[kind];
  for (const role of ['sum', 'count'] as const) {
    const suffix = SUFFIXES[role];
    if (exposed.name !== family + suffix) continue;
    const name = without(series.name, suffix);
    return name === undefined ? undefined : { name, kind, role, at: Number.NaN, exclude };
  }
  const suffix = kind === 'histogram' ? '_bucket' : '';
  const name = without(series.name, suffix);
  const at = numberOf(series.labels[exclude]);
  if (exposed.name !== family + suffix || name === undefined || Number.isNaN(at)) return undefined;
  return { name, kind, role: 'value', at, exclude };
}

function without(name: string, suffix: string): string | undefined {
  return name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : undefined;
}

function numberOf(text: string | undefined): number {
  if (text === undefined || text === '') return Number.NaN;
  return INFINITY.test(text) ? Infinity : Number(text);
}
