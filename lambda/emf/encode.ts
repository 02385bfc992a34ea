import type { LogEvent } from '../model/delivery/event.ts';
import { eventBytes, MAX_EVENT_BYTES } from '../model/delivery/event-size.ts';
import type { DropReason, Drops } from '../model/samples/drops.ts';
import type { GroupedMetric, MetricGroup } from '../model/samples/metric-group.ts';
import type { Labels } from '../model/samples/sample.ts';
import type { EmfConfig } from '../model/settings/config.ts';
import type { Step } from '../model/waiting/turn.ts';
import { type Field, fieldsOf, refusalOf } from './field.ts';
import { DIRECTIVES_MEMBER, type Message, type MessageWriter, writerFor } from './message.ts';

/** Characters of an event that count as one item of a turn. */
const CHARACTERS_OF_AN_ITEM = 4_096;

/** The settings that all events share. */
interface Context {
  readonly writer: MessageWriter;
  readonly drops: Drops;
  readonly maxEventBytes: number;
}

/** The destination of an event. */
export interface Destination {
  readonly logGroup: string;
  readonly logStream: string;
}

/**
 * Writes the groups of one target as log events: one event for each, with a string field for each label and a field for each
 * metric. Several values become an array of them.
 *
 * Metrics and events beyond the limits of CloudWatch are split; points that it would refuse go into `drops`.
 *
 * @param maxEventBytes of one event, as `eventBytes` counts
 * @param step called for each group and each event, by its size; what it throws ends this
 */
export function encode(
  groups: Iterable<MetricGroup>,
  emf: Pick<EmfConfig, 'units'>,
  destinationOf: (labels: Labels) => Destination,
  drops: Drops,
  maxEventBytes: number = MAX_EVENT_BYTES,
  step: Step = () => undefined,
): LogEvent[] {
  const context = { writer: writerFor(emf.units), drops, maxEventBytes };
  const events: LogEvent[] = [];
  for (const group of groups) {
    step();
    const parts = partsOf(group, context);
    if (parts.length === 0) continue;
    const { logGroup, logStream } = destinationOf(group.labels);
    for (const part of parts) {
      const written = messages(group, part, context);
      for (const { timestamp, message, metrics } of written) {
        step(1 + Math.floor(message.length / CHARACTERS_OF_AN_ITEM));
        events.push({ logGroup, logStream, timestamp, message, metrics });
      }
    }
  }
  return events;
}

/** The fields of a group, event by event: each has at most one part of a metric. */
function partsOf(group: MetricGroup, context: Context): Field[][] {
  const parts: Field[][] = [];
  for (const metric of group.metrics) {
    const fields = fieldsOf(metric);
    const refused =
      refusalOfMetric(metric, fields) ??
      (isBroken(group, fields, context) ? 'too_large' : undefined);
    if (refused !== undefined) {
      dropAll(refused, fields, context.drops);
      continue;
    }
    for (const [index, field] of fields.entries()) {
      const part = parts[index];
      if (part === undefined) parts.push([field]);
      else part.push(field);
    }
  }
  return parts;
}

/** The group without the metrics that CloudWatch would refuse; their points go into `drops`. */
export function accepted(group: MetricGroup, drops: Drops): MetricGroup {
  const metrics = group.metrics.filter((metric) => {
    const fields = fieldsOf(metric);
    const refused = refusalOfMetric(metric, fields);
    if (refused !== undefined) dropAll(refused, fields, drops);
    return refused === undefined;
  });
  return { ...group, metrics };
}

function refusalOfMetric(
  { name }: GroupedMetric,
  fields: readonly Field[],
): DropReason | undefined {
  if (name === DIRECTIVES_MEMBER) return 'metric_name';
  for (const field of fields) {
    const refusal = refusalOf(field);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Whether some fields of a distribution would find no room: it is published as a whole or not at all. */
function isBroken(group: MetricGroup, fields: readonly Field[], context: Context): boolean {
  const [, second] = fields;
  if (second?.points.length !== 0) return false;
  return fields.some((field) => {
    const { message } = context.writer.write(group, [field]);
    return eventBytes(message) > context.maxEventBytes;
  });
}

/** One message, or several where one would be too large. */
function messages(group: MetricGroup, fields: readonly Field[], context: Context): Message[] {
  const message = context.writer.write(group, fields);
  if (eventBytes(message.message) <= context.maxEventBytes) return [message];
  if (fields.length === 1) {
    dropAll('too_large', fields, context.drops);
    return [];
  }
  const half = fields.length >> 1;
  return [fields.slice(0, half), fields.slice(half)].flatMap((part) =>
    messages(group, part, context),
  );
}

function dropAll(reason: DropReason, fields: readonly Field[], drops: Drops): void {
  for (const { points } of fields) for (const { series } of points) drops.add(reason, series);
}
