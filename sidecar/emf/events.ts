import type { Labels, Point } from '../exposition/family.ts';
import type { Untaken } from '../history/untaken.ts';
import type { Declaration, EmfRules } from './rules.ts';

/**
 * Values of one metric in one event.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const MAX_VALUES = 100;

/** Metrics in one directive, by the same specification. */
export const MAX_METRICS = 100;

/**
 * Bytes of a line. CloudWatch accepts more, but Docker cuts longer lines into pieces, which are not JSON, for all log
 * drivers that do not request longer ones.
 * https://github.com/moby/moby/blob/v27.0.0/daemon/logger/copier.go
 */
export const MAX_LINE_BYTES = 16_384;

const MINUTE = 60;

/** The dimension sets of a series. */
type Sets = readonly (readonly string[])[];

/** The points of the series with the same labels and dimension sets in one minute. */
interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly sets: Sets;
  readonly minute: number;
  /** Values by name of the metric. */
  readonly values: Map<string, number[]>;
  /** Epoch seconds of the newest point. */
  newest: number;
}

/** Lines, and the number of values that no line can hold: their labels alone would fill it. */
export interface Events {
  readonly lines: readonly string[];
  readonly dropped: number;
}

/**
 * The points as lines in the Embedded Metric Format: an event for each minute of each set of labels, with a value for
 * each point. It leaves out series that no declaration selects, and dimension sets with a label that the series lacks.
 *
 * @param labels labels of the task, as the collector would give them to its target
 */
export function writeEvents(series: Iterable<Untaken>, rules: EmfRules, labels: Labels): Events {
  const groups = new Map<string, Group>();
  for (const { name, labels: own, points } of series) {
    const all = known({ ...labels, ...rules.labels, ...own });
    const sets = setsFor(name, all, rules.declarations);
    if (sets.length > 0) addPoints(groups, name, all, sets, points);
  }
  const lines: string[] = [];
  let dropped = 0;
  for (const group of groups.values()) dropped += writeGroup(group, rules, lines);
  return { lines, dropped };
}

function addPoints(
  groups: Map<string, Group>,
  name: string,
  labels: Readonly<Record<string, string>>,
  sets: Sets,
  points: readonly Point[],
): void {
  const identity = JSON.stringify([labels, sets]);
  for (const { value, time } of points) {
    const minute = Math.floor(time / MINUTE);
    const key = `${minute} ${identity}`;
    const group = groups.get(key) ?? { labels, sets, minute, values: new Map(), newest: time };
    groups.set(key, group);
    group.newest = Math.max(group.newest, time);
    const values = group.values.get(name) ?? [];
    group.values.set(name, values);
    values.push(value);
  }
}

/** The sets of all matching declarations, each once. */
function setsFor(
  name: string,
  labels: Readonly<Record<string, string>>,
  declarations: readonly Declaration[],
): Sets {
  const sets = new Map<string, readonly string[]>();
  for (const { sourceLabels, separator, matcher, selectors, dimensions } of declarations) {
    const source = sourceLabels.map((label) => labels[label] ?? '').join(separator);
    if (!matcher.test(source) || !selectors.some((selector) => selector.test(name))) continue;
    for (const set of dimensions) {
      const key = set.toSorted().join('\n');
      if (!sets.has(key) && set.every((label) => labels[label] !== undefined)) sets.set(key, set);
    }
  }
  return [...sets.values()];
}

/**
 * Adds one line, or several if there are too many values or bytes for one.
 *
 * @returns the number of values that fit into no line
 */
function writeGroup(group: Group, rules: EmfRules, lines: string[]): number {
  const { values } = group;
  const counts = [...values.values()].map((list) => list.length);
  if (values.size <= MAX_METRICS && Math.max(...counts) <= MAX_VALUES) {
    const line = write(group, rules);
    if (Buffer.byteLength(line) <= MAX_LINE_BYTES) {
      lines.push(line);
      return 0;
    }
  }
  if (values.size === 1 && counts[0] === 1) return 1;
  let dropped = 0;
  for (const half of halves(values))
    dropped += writeGroup({ ...group, values: half }, rules, lines);
  return dropped;
}

/** The metrics in two halves, or the values of the only one. */
function halves(values: ReadonlyMap<string, number[]>): Map<string, number[]>[] {
  const entries = [...values];
  const [[name, list] = ['', []]] = entries;
  if (entries.length > 1) {
    const half = entries.length >> 1;
    return [new Map(entries.slice(0, half)), new Map(entries.slice(half))];
  }
  const half = list.length >> 1;
  return [new Map([[name, list.slice(0, half)]]), new Map([[name, list.slice(half)]])];
}

function write({ labels, sets, values, newest }: Group, { namespace, units }: EmfRules): string {
  const metrics = [...values.keys()].map((name) => {
    const unit = units.get(name);
    return unit === undefined ? { Name: name } : { Name: name, Unit: unit };
  });
  return JSON.stringify({
    _aws: {
      Timestamp: Math.floor(newest * 1000),
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: sets, Metrics: metrics }],
    },
    ...labels,
    ...Object.fromEntries(values),
  });
}

function known(labels: Labels): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) if (value) found[name] = value;
  return found;
}
