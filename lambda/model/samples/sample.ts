/**
 * The sample model: the one thing that all stages of the pipeline share.
 *
 * A decoder hands out the same `Series` object for the same series whenever it can, so a later stage
 * may remember what a series led to by the object's identity. It must never rely on it.
 */

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
  /** The name of the family whose TYPE line applies; equal to `name` where there is none. */
  readonly family: string;
  readonly type: MetricType;
  readonly labels: Labels;
  /**
   * The series as its target exposes it, where metric relabeling made this one of it; then `labels` include the target's.
   * What it means, and what its values are compared with, follows its origin, whatever it is called now.
   */
  readonly origin?: Series | undefined;
  /** Of a histogram as a whole: those of its series that are published as nothing else. */
  readonly parts?: readonly Series[] | undefined;
}

/** What a series is, but for its labels. */
export type SeriesKind = Pick<Series, 'name' | 'family' | 'type'>;

/**
 * Whether anything can become of the series of a kind, whatever their labels are. It gives the same answer each time: who
 * remembers answers tells functions apart by their identity.
 */
export type Wanted = (kind: SeriesKind) => boolean;

/** One value of a series. */
export interface Sample {
  readonly series: Series;
  readonly value: number;
  /** Milliseconds since the epoch, where the exposition gives one. */
  readonly timestamp?: number | undefined;
  /** Milliseconds since the epoch when a cumulative series began to count, where the exposition tells (`_created`). */
  readonly start?: number | undefined;
  readonly exemplar?: Exemplar | undefined;
}

/** One of the observations that a sample counts, such as one of a trace. */
export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch, where the exposition gives one. */
  readonly timestamp?: number | undefined;
}

/** What an exposition says of a metric family in words: its `HELP` or its `UNIT`. */
export interface FamilyText {
  readonly family: string;
  readonly help?: string | undefined;
  readonly unit?: string | undefined;
}

/** What an exposition tells beside values, which few outputs send. Absent: not that. */
export interface Extras {
  /** The texts of families. */
  readonly texts?: boolean | undefined;
  readonly exemplars?: boolean | undefined;
}

/** The samples of one histogram that belong together: the same labels but for `le`, the same time. */
export interface HistogramSample {
  /** Named like the histogram, without `le`, with `parts`. */
  readonly series: Series;
  readonly buckets: readonly Bucket[];
  readonly sum?: Sample | undefined;
  readonly count?: Sample | undefined;
  /** As of a `Sample`. */
  readonly timestamp?: number | undefined;
  readonly start?: number | undefined;
}

/** The number of observations up to a bound, which is infinity for the last bucket. */
export interface Bucket {
  readonly bound: number;
  readonly sample: Sample;
}

const CUMULATIVE_SUFFIXES = ['_sum', '_count', '_bucket'] as const;

/** Whether the values of a series only grow until its process restarts, so that their differences are what counts. */
export function isCumulative(series: SeriesKind & Pick<Series, 'origin'>): boolean {
  const { name, family, type } = series.origin ?? series;
  if (type === 'counter') return true;
  if (type !== 'summary' && type !== 'histogram') return false;
  return CUMULATIVE_SUFFIXES.some((suffix) => name === family + suffix);
}

/**
 * Labels are instances of this, not `Object.create(null)`: V8 keeps the latter as hash tables, several times slower and
 * larger. Its prototype is empty, so that `__proto__` and `constructor` are labels like any other.
 */
const LabelSet = function LabelSet() {} as unknown as new () => Record<string, string>;
LabelSet.prototype = Object.create(null);

/** A new, independent set of labels with all of `entries`, later ones winning. */
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
