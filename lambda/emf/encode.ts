import type { EmfConfig } from '../model/config.ts';
import type { DropReason, Drops } from '../model/drops.ts';
import type { LogEvent } from '../model/event.ts';
import { eventBytes, MAX_EVENT_BYTES } from '../model/event-size.ts';
import type { Publication, Publications } from '../model/publication.ts';
import { type Labels, labelsOf, type Series } from '../model/sample.ts';
import {
  MAX_METRIC_NAME,
  MAX_METRIC_VALUE,
  MAX_METRICS_PER_DIRECTIVE,
  METRIC_NAME,
} from './limits.ts';

/** The member of an event that holds its directives: no metric and no label can have this name. */
const DIRECTIVES_MEMBER = '_aws';

/** A value to publish, with the ways to publish it. */
export interface DeclaredPoint {
  readonly series: Series;
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly publications: Publications;
}

/** Where an event goes. */
export interface Destination {
  readonly logGroup: string;
  readonly logStream: string;
}

/** One directive of `_aws.CloudWatchMetrics`. */
interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string | undefined }[];
}

/**
 * Writes the points of one target as log events: one event for all points with the same labels and time, a string field
 * for each label, a number field for each metric, and the `_aws` member that tells CloudWatch what to extract.
 *
 * An event of more than `maxEventBytes`, as `eventBytes` counts, is split; points that CloudWatch would refuse are counted in `drops`.
 */
export function encode(
  points: Iterable<DeclaredPoint>,
  emf: Pick<EmfConfig, 'units'>,
  destinationOf: (labels: Labels) => Destination,
  drops: Drops,
  maxEventBytes: number = MAX_EVENT_BYTES,
): LogEvent[] {
  const events: LogEvent[] = [];
  for (const group of groupByLabels(points, drops)) {
    const destination = destinationOf(group.labels);
    for (const message of messages(group, emf, drops, maxEventBytes)) {
      events.push({ ...destination, ...message });
    }
  }
  return events;
}

/** The points of one event, the last one of each name. */
interface Group {
  readonly labels: Labels;
  readonly timestamp: number;
  /** The only name, where it is also a label's: the number takes the place of the text, which may be another's dimension. */
  readonly alone: string | undefined;
  readonly points: Map<string, DeclaredPoint>;
}

function groupByLabels(points: Iterable<DeclaredPoint>, drops: Drops): Iterable<Group> {
  const byLabels = new Map<Labels, Map<string, Group>>();
  const groups: Group[] = [];
  for (const point of points) {
    const refused = refusalOf(point);
    if (refused !== undefined) {
      drops.add(refused, point.series);
      continue;
    }
    const { labels, timestamp } = point;
    const { name } = point.series;
    const alone = labels[name] === undefined ? undefined : name;
    let sameLabels = byLabels.get(labels);
    if (sameLabels === undefined) {
      sameLabels = new Map();
      byLabels.set(labels, sameLabels);
    }
    const key = `${timestamp} ${alone ?? ''}`;
    let group = sameLabels.get(key);
    if (group === undefined) {
      group = { labels, timestamp, alone, points: new Map() };
      sameLabels.set(key, group);
      groups.push(group);
    }
    const earlier = group.points.get(name);
    if (earlier !== undefined) drops.add('duplicate', earlier.series);
    group.points.set(name, point);
  }
  return groups;
}

/** Why CloudWatch would not take a point, or would take its whole event amiss. */
function refusalOf({
  series: { name },
  value,
  publications,
}: DeclaredPoint): DropReason | undefined {
  if (name === DIRECTIVES_MEMBER) return 'metric_name';
  if (publications.length === 0) return undefined;
  if (name.length > MAX_METRIC_NAME || !METRIC_NAME.test(name)) return 'metric_name';
  return Math.abs(value) > MAX_METRIC_VALUE ? 'out_of_range' : undefined;
}

type Message = Pick<LogEvent, 'timestamp' | 'message' | 'metrics'>;

/** One message, or several where one would be too large. */
function messages(
  group: Group,
  emf: Pick<EmfConfig, 'units'>,
  drops: Drops,
  maxEventBytes: number,
): Message[] {
  const points = [...group.points];
  const message = write(group, emf);
  if (eventBytes(message.message) <= maxEventBytes) return [message];
  if (points.length === 1) {
    for (const [, { series }] of points) drops.add('too_large', series);
    return [];
  }
  const half = points.length >> 1;
  return [points.slice(0, half), points.slice(half)].flatMap((part) =>
    messages({ ...group, points: new Map(part) }, emf, drops, maxEventBytes),
  );
}

function write({ labels, timestamp, points }: Group, emf: Pick<EmfConfig, 'units'>): Message {
  const directives = directivesOf(points, emf);
  const event: Record<string, unknown> = labelsOf();
  if (directives.length > 0) {
    event[DIRECTIVES_MEMBER] = { Timestamp: timestamp, CloudWatchMetrics: directives };
  }
  for (const [name, value] of Object.entries(labels)) {
    if (name !== DIRECTIVES_MEMBER) event[name] = value;
  }
  for (const [name, { value }] of points) event[name] = value;
  const metrics = directives.reduce((sum, { Metrics }) => sum + Metrics.length, 0);
  return { timestamp, message: JSON.stringify(event), metrics };
}

function directivesOf(
  points: ReadonlyMap<string, DeclaredPoint>,
  { units }: Pick<EmfConfig, 'units'>,
): Directive[] {
  const byPublication = new Map<Publication, DeclaredPoint[]>();
  for (const point of points.values()) {
    for (const publication of point.publications) {
      const declared = byPublication.get(publication);
      if (declared === undefined) byPublication.set(publication, [point]);
      else declared.push(point);
    }
  }
  const directives: Directive[] = [];
  for (const [{ namespace, dimensions }, declared] of byPublication) {
    for (let from = 0; from < declared.length; from += MAX_METRICS_PER_DIRECTIVE) {
      directives.push({
        Namespace: namespace,
        Dimensions: dimensions,
        Metrics: declared
          .slice(from, from + MAX_METRICS_PER_DIRECTIVE)
          .map(({ series: { name } }) => {
            const unit = units.get(name);
            return unit === undefined ? { Name: name } : { Name: name, Unit: unit };
          }),
      });
    }
  }
  return directives;
}
