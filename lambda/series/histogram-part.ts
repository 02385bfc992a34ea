import { type Labels, labelsOf, type Series } from '../model/samples/sample.ts';
import { seriesKey } from './facts.ts';

/** The role of a series in a histogram. */
export interface HistogramPart {
  readonly kind: 'bucket' | 'sum' | 'count';
  /** Bound of a bucket; NaN if its `le` is not a number. */
  readonly bound: number;
  /** The histogram's name. */
  readonly histogram: string;
  /** Equal for all parts of a histogram, and for no other series. */
  readonly key: string;
}

const KINDS: ReadonlyMap<string, HistogramPart['kind']> = new Map([
  ['_bucket', 'bucket'],
  ['_sum', 'sum'],
  ['_gsum', 'sum'],
  ['_count', 'count'],
  ['_gcount', 'count'],
]);

const INFINITE = /^\+?inf(?:inity)?$/i;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const known = new WeakMap<Series, HistogramPart | 'none'>();

export function isHistogram({ type }: Pick<Series, 'type'>): boolean {
  return type === 'histogram' || type === 'gaugehistogram';
}

/** The role of a series in its family's histogram; undefined if metric relabeling changed its name. */
export function histogramPartOf(series: Series): HistogramPart | undefined {
  let part = known.get(series);
  if (part === undefined) {
    part = found(series) ?? 'none';
    known.set(series, part);
  }
  return part === 'none' ? undefined : part;
}

/** The labels of a histogram as a whole. */
export function withoutBound(labels: Labels): Labels {
  const rest = labelsOf(labels);
  delete rest.le;
  return rest;
}

function found(series: Series): HistogramPart | undefined {
  const { name, labels, type } = series;
  const exposed = series.origin ?? series;
  const at = name.lastIndexOf('_');
  const kind = KINDS.get(name.slice(at));
  if (kind === undefined || kind !== KINDS.get(exposed.name.slice(exposed.family.length))) {
    return undefined;
  }
  const histogram = name.slice(0, at);
  const whole = { type, labels: withoutBound(labels) };
  return {
    kind,
    bound: kind === 'bucket' ? boundOf(labels.le) : Number.NaN,
    histogram,
    key: (series.origin ? '=' : '') + seriesKey(histogram, whole),
  };
}

function boundOf(le = ''): number {
  if (INFINITE.test(le)) return Number.POSITIVE_INFINITY;
  return DECIMAL.test(le) ? Number(le) : Number.NaN;
}
