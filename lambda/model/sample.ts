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

/** Label names and values. Objects made by `labelsOf` have no prototype: `__proto__` is a label like any other. */
export type Labels = Readonly<Record<string, string>>;

/** One series as its target exposes it. Immutable. */
export interface Series {
  /** The name of the sample, with its suffix: `http_requests_total`, `rpc_seconds_bucket`. */
  readonly name: string;
  /** The name of the family whose TYPE line applies; equal to `name` where there is none. */
  readonly family: string;
  readonly type: MetricType;
  readonly labels: Labels;
}

/** One value of a series. */
export interface Sample {
  readonly series: Series;
  readonly value: number;
  /** Milliseconds since the epoch, where the exposition gives one. */
  readonly timestamp?: number | undefined;
}

const CUMULATIVE_SUFFIXES = ['_sum', '_count', '_bucket'] as const;

/** Whether the values of a series only grow until its process restarts, so that their differences are what counts. */
export function isCumulative({
  name,
  family,
  type,
}: Pick<Series, 'name' | 'family' | 'type'>): boolean {
  if (type === 'counter') return true;
  if (type !== 'summary' && type !== 'histogram') return false;
  return CUMULATIVE_SUFFIXES.some((suffix) => name === family + suffix);
}

/** A prototype-free copy of `entries`, later ones winning. */
export function labelsOf(...entries: readonly Labels[]): Record<string, string> {
  return Object.assign(Object.create(null), ...entries) as Record<string, string>;
}
