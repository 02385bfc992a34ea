import type { Drops } from '../model/samples/drops.ts';
import type { MetricGroup } from '../model/samples/metric-group.ts';
import type { Point } from '../model/samples/point.ts';
import type { Publication, Publications } from '../model/samples/publication.ts';
import type { Labels } from '../model/samples/sample.ts';
import type { Step } from '../model/waiting/turn.ts';
import { gathered, type Metric } from './metric.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** A group that is being filled. */
interface Group {
  readonly labels: Labels;
  timestamp: number;
  readonly metrics: Map<string, Metric>;
}

/** The publications of a difference: those of the difference itself, and those of its rate per second. */
interface ByRate {
  readonly plain: Publications;
  readonly perSecond: Publications;
}

const known = new WeakMap<Publications, ByRate>();

/**
 * Puts the points of one target together: all with the same labels in the same minute. Several points of a series in a minute are
 * several values, or one sum where they are differences. A name has one value only in a group, and no label of the group has that name.
 *
 * @param drops gets what takes the place of another point, and what has no value per second yet
 * @param step called for each point and each group; what it throws ends this
 */
export function groupsOf(
  points: Iterable<Point>,
  drops: Drops,
  step: Step = () => undefined,
): MetricGroup[] {
  const grouping = new Grouping(drops);
  for (const point of points) {
    step();
    grouping.add(point);
  }
  return grouping.groups.map(({ labels, timestamp, metrics }) => {
    step();
    return { labels, timestamp, metrics: Array.from(metrics.values(), gathered) };
  });
}

/** Puts points into groups, in the order in which they come. */
class Grouping {
  readonly groups: Group[] = [];
  readonly #byLabels = new Map<Labels, Map<number | string, Group>>();
  readonly #drops: Drops;

  constructor(drops: Drops) {
    this.#drops = drops;
  }

  add(point: Point): void {
    const { interval, publications, series } = point;
    const { name } = series;
    if (interval === undefined || !publications.some(isRate)) {
      this.#put(point, { name, publications, rate: false, counted: true, points: [point] }, '');
      return;
    }
    const { plain, perSecond } = byRate(publications);
    const isMixed = plain.length > 0;
    if (isMixed) {
      this.#put(
        point,
        { name, publications: plain, rate: false, counted: true, points: [point] },
        '',
      );
    }
    if (interval > 0) {
      const metric = {
        name,
        publications: perSecond,
        rate: true,
        counted: !isMixed,
        points: [point],
      };
      // A member of an event has only one value.
      this.#put(point, metric, isMixed ? 'rate' : '');
    } else if (!isMixed) {
      // The time that the first value of the series took is unknown.
      this.#drops.add('first_sample', series);
    }
  }

  /** @param metric the metric of the point if there is none of its name yet */
  #put(point: Point, metric: Metric, variant: string): void {
    const { metrics } = this.#groupOf(point, metric, variant);
    const { points } = metrics.get(metric.name) ?? metric;
    if (points === metric.points) {
      metrics.set(metric.name, metric);
      return;
    }
    const [first] = points as [Point];
    if (!isAlike(first, point)) {
      this.#replace(metric, points.splice(0, points.length, point));
      return;
    }
    // In the order of time, as the points of one series arrive.
    const before = points.findLastIndex(({ timestamp }) => timestamp <= point.timestamp);
    // Metric relabeling can give several series the same name and labels. Their increases add up; of their values at
    // the same time, the last one counts, as with the agent.
    const isSecond = !isDifference(point) && points[before]?.timestamp === point.timestamp;
    if (isSecond) this.#replace(metric, points.splice(before, 1, point));
    else points.splice(before + 1, 0, point);
  }

  #replace({ counted }: Metric, points: readonly Point[]): void {
    if (counted) for (const { series } of points) this.#drops.add('duplicate', series);
  }

  #groupOf({ labels, timestamp }: Point, { name, publications }: Metric, variant: string): Group {
    let groups = this.#byLabels.get(labels);
    if (groups === undefined) {
      groups = new Map();
      this.#byLabels.set(labels, groups);
    }
    const period = periodOf(timestamp, publications);
    // A number would replace a label of its name, which may be another metric's dimension.
    const alone = labels[name] === undefined ? '' : name;
    const key = variant === '' && alone === '' ? period : `${period} ${variant} ${alone}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { labels, timestamp: Math.floor(timestamp), metrics: new Map() };
      groups.set(key, group);
      this.groups.push(group);
    } else if (timestamp > group.timestamp) group.timestamp = Math.floor(timestamp);
    return group;
  }
}

/** One number for all times that CloudWatch treats as equal. */
function periodOf(timestamp: number, publications: Publications): number {
  if (!publications.some(isHighResolution)) return Math.floor(timestamp / MINUTE_MS);
  return -1 - Math.floor(timestamp / SECOND_MS);
}

function isHighResolution({ storageResolution }: Publication): boolean {
  return storageResolution === 1;
}

function isRate({ rate }: Publication): boolean {
  return rate;
}

/** The same two lists for the same list, so that metrics can be grouped by them. */
function byRate(publications: Publications): ByRate {
  let lists = known.get(publications);
  if (lists === undefined) {
    const perSecond = publications.filter(isRate);
    const plain = publications.filter((publication) => !isRate(publication));
    lists = { plain, perSecond: plain.length === 0 ? publications : perSecond };
    known.set(publications, lists);
  }
  return lists;
}

/** Whether two points are of one kind: both numbers or distributions, both differences or not. */
function isAlike(one: Point, other: Point): boolean {
  return typeof one.value === typeof other.value && isDifference(one) === isDifference(other);
}

function isDifference({ interval }: Point): boolean {
  return interval !== undefined;
}
