import type { EmfConfig } from '../model/config.ts';
import type { Drops } from '../model/drops.ts';
import type { LogEvent } from '../model/event.ts';
import { type Labels, labelsOf, type Series } from '../model/sample.ts';
import {
  EVENT_OVERHEAD_BYTES,
  MAX_EVENT_BYTES,
  MAX_METRIC_NAME,
  MAX_METRIC_VALUE,
  MAX_METRICS_PER_DIRECTIVE,
} from './limits.ts';

/** A value to publish, with the dimension sets to publish it under. */
export interface DeclaredPoint {
  readonly series: Series;
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Empty: a field of the event, no metric. */
  readonly dimensions: readonly (readonly string[])[];
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
 * An event that would pass CloudWatch's size limit is split; points that CloudWatch would refuse are counted in `drops`.
 */
export function encode(
  points: Iterable<DeclaredPoint>,
  emf: Pick<EmfConfig, 'namespace' | 'units'>,
  destinationOf: (labels: Labels) => Destination,
  drops: Drops,
): LogEvent[] {
  const events: LogEvent[] = [];
  for (const group of groupByLabels(points, drops)) {
    const destination = destinationOf(group.labels);
    for (const message of messages(group, emf)) events.push({ ...destination, ...message });
  }
  return events;
}

/** The points of one event, the last one of each name. */
interface Group {
  readonly labels: Labels;
  readonly timestamp: number;
  readonly points: Map<string, DeclaredPoint>;
}

function groupByLabels(points: Iterable<DeclaredPoint>, drops: Drops): Iterable<Group> {
  const byLabels = new Map<Labels, Group[]>();
  const groups: Group[] = [];
  for (const point of points) {
    const { series, labels, timestamp, value } = point;
    if (series.name.length > MAX_METRIC_NAME || !/\S/.test(series.name)) {
      drops.add('metric_name', series);
    } else if (Math.abs(value) > MAX_METRIC_VALUE) {
      drops.add('out_of_range', series);
    } else {
      const sameLabels = byLabels.get(labels) ?? [];
      if (sameLabels.length === 0) byLabels.set(labels, sameLabels);
      let group = sameLabels.find((candidate) => candidate.timestamp === timestamp);
      if (group === undefined) {
        group = { labels, timestamp, points: new Map() };
        sameLabels.push(group);
        groups.push(group);
      }
      const earlier = group.points.get(series.name);
      if (earlier !== undefined) drops.add('duplicate', earlier.series);
      group.points.set(series.name, point);
    }
  }
  return groups;
}

type Message = Pick<LogEvent, 'timestamp' | 'message' | 'metrics'>;

/** One message, or several where one would be too large. A single metric that is too large is left to the output to refuse. */
function messages(group: Group, emf: Pick<EmfConfig, 'namespace' | 'units'>): Message[] {
  const names = [...group.points.keys()];
  const message = write(group, names, emf);
  if (names.length === 1 || sizeOf(message.message) <= MAX_EVENT_BYTES) return [message];
  const half = names.length >> 1;
  return [names.slice(0, half), names.slice(half)].flatMap((part) =>
    messages({ ...group, points: new Map(part.map((name) => [name, pointOf(group, name)])) }, emf),
  );
}

function write(
  group: Group,
  names: readonly string[],
  emf: Pick<EmfConfig, 'namespace' | 'units'>,
): Message {
  const { labels, timestamp, points } = group;
  const directives = directivesOf(points, emf);
  const event: Record<string, unknown> = labelsOf();
  if (directives.length > 0) event._aws = { Timestamp: timestamp, CloudWatchMetrics: directives };
  for (const [name, value] of Object.entries(labels)) {
    if (name !== '_aws') event[name] = value;
  }
  for (const name of names) event[name] = pointOf(group, name).value;
  const metrics = directives.reduce((sum, { Metrics }) => sum + Metrics.length, 0);
  return { timestamp, message: JSON.stringify(event), metrics };
}

function directivesOf(
  points: ReadonlyMap<string, DeclaredPoint>,
  { namespace, units }: Pick<EmfConfig, 'namespace' | 'units'>,
): Directive[] {
  const byDimensions = Map.groupBy(points.values(), ({ dimensions }) => dimensions);
  const directives: Directive[] = [];
  for (const [dimensions, declared] of byDimensions) {
    if (dimensions.length === 0) continue;
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

function pointOf({ points }: Group, name: string): DeclaredPoint {
  const point = points.get(name);
  if (point === undefined) throw new Error(`no point named ${name} in its own group`);
  return point;
}

function sizeOf(message: string): number {
  return Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
}
