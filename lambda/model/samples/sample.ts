/**
 * The sample model, which all stages of the pipeline share.
 *
 * A decoder returns the same `Series` object for the same series whenever it can, so a later stage may use the object
 * as a key for its results. It must not rely on that.
 */

import type { Step } from '../waiting/turn.ts';

/** Types of a metric family, in the words of OpenMetrics; `unknown` is also the text format's `untyped`. */
export type MetricType =
  | 'counter'
  | 'gauge'
  | 'summary'
  | 'histogram'
  | 'gaugehistogram'
  | 'info'
  | 'stateset'
  | 'unknown';

/** Label names and values. Made by `labelsOf`. */
export type Labels = Readonly<Record<string, string>>;

/** One series as its target exposes it, or as metric relabeling left it. Immutable. */
export interface Series {
  /** The name of the sample, with its suffix: `http_requests_total`, `rpc_seconds_bucket`. */
  readonly name: string;
  /** The name of the family whose TYPE line applies; equal to `name` without such a line. */
  readonly family: string;
  readonly type: MetricType;
  readonly labels: Labels;
  /**
   * The series as its target exposes it, if metric relabeling changed it; then `labels` include the target's. The
   * origin decides the type, and identifies the earlier values.
   */
  readonly origin?: Series | undefined;
  /** For a histogram as a whole: those of its series that are not published otherwise. */
  readonly parts?: readonly Series[] | undefined;
}

/** A series without its labels. */
export type SeriesKind = Pick<Series, 'name' | 'family' | 'type'>;

/**
 * Whether any series of a kind can be published, whatever its labels. The answer must never change, because the decoder
 * remembers answers by the function's identity. The function calls `step` with the cost of finding the answer.
 */
export type Wanted = (kind: SeriesKind, step?: Step) => boolean;

/** One value of a series. */
export interface Sample {
  readonly series: Series;
  readonly value: number;
  /** Milliseconds since the epoch; absent if the exposition gives none. */
  readonly timestamp?: number | undefined;
  /** Milliseconds since the epoch: the beginning of the count, if the exposition gives it (`_created`). */
  readonly start?: number | undefined;
  readonly exemplar?: Exemplar | undefined;
}

/** One of the observations that a sample counts, such as the one of a trace. */
export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch; absent if the exposition gives none. */
  readonly timestamp?: number | undefined;
}

/** A text about a metric family: its `HELP` or its `UNIT`. */
export interface FamilyText {
  readonly family: string;
  readonly help?: string | undefined;
  readonly unit?: string | undefined;
}

/** Parts of an exposition beside values, which few outputs send. Absent parts are not read. */
export interface Extras {
  /** The texts of families. */
  readonly texts?: boolean | undefined;
  readonly exemplars?: boolean | undefined;
}

/** The samples of one point of a histogram: the same labels but for `le`, the same time. */
export interface HistogramSample {
  /** Named like the histogram, without `le`, with `parts`. */
  readonly series: Series;
  readonly buckets: readonly Bucket[];
  readonly sum?: Sample | undefined;
  readonly count?: Sample | undefined;
  /** As in a `Sample`. */
  readonly timestamp?: number | undefined;
  readonly start?: number | undefined;
}

/** The number of observations up to a bound; the bound of the last bucket is infinity. */
export interface Bucket {
  readonly bound: number;
  readonly sample: Sample;
}

const CUMULATIVE_SUFFIXES = ['_sum', '_count', '_bucket'] as const;

/** Whether the values of a series only grow until its process restarts, so that their differences matter. */
export function isCumulative(series: SeriesKind & Pick<Series, 'origin'>): boolean {
  const { name, family, type } = series.origin ?? series;
  if (type === 'counter') return true;
  if (type !== 'summary' && type !== 'histogram') return false;
  return CUMULATIVE_SUFFIXES.some((suffix) => name === family + suffix);
}

/**
 * Labels are instances of this, because V8 keeps `Object.create(null)` as a hash table, several times slower and
 * larger. Its prototype is empty, so `__proto__` and `constructor` are ordinary labels.
 */
const LabelSet = function LabelSet() {} as unknown as new () => Record<string, string>;
LabelSet.prototype = Object.create(null);

/** A new, independent set of labels with all of `entries`; later ones override earlier ones. */
export function labelsOf(...entries: readonly Labels[]): Record<string, string> {
  const labels = new LabelSet();
  for (const entry of entries) Object.assign(labels, entry);
  return labels;
}

/** Whether two sets have the same labels with the same values. */
export function sameLabels(one: Labels, other: Labels): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  );
}
