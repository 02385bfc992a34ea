import type { LogEvent } from '../model/delivery/event.ts';
import type { MetricGroup } from '../model/samples/metric-group.ts';
import type { Publication } from '../model/samples/publication.ts';
import { labelsOf } from '../model/samples/sample.ts';
import type { Field } from './field.ts';
import { MAX_METRICS_PER_DIRECTIVE } from './limits.ts';

/** The member of an event that holds its directives: no metric and no label can have this name. */
export const DIRECTIVES_MEMBER = '_aws';

export type Message = Pick<LogEvent, 'timestamp' | 'message' | 'metrics'>;

/** One directive of `_aws.CloudWatchMetrics`. */
interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly MetricDefinition[];
}

interface MetricDefinition {
  readonly Name: string;
  readonly Unit?: string | undefined;
  readonly StorageResolution?: 1 | undefined;
}

/** Writes one event: texts, figures, and the `_aws` member with the metrics that CloudWatch extracts. */
export function write(
  { labels, timestamp }: Pick<MetricGroup, 'labels' | 'timestamp'>,
  fields: readonly Field[],
  units: ReadonlyMap<string, string>,
): Message {
  const directives = directivesOf(fields, units);
  const event: Record<string, unknown> = labelsOf();
  if (directives.length > 0) {
    event[DIRECTIVES_MEMBER] = { Timestamp: timestamp, CloudWatchMetrics: directives };
  }
  const kept = keptLabels(fields);
  for (const name of Object.keys(labels)) {
    if (name !== DIRECTIVES_MEMBER && (kept === undefined || kept.has(name))) {
      event[name] = labels[name];
    }
  }
  for (const { name, value } of fields) event[name] = value;
  const metrics = directives.reduce((sum, { Metrics }) => sum + Metrics.length, 0);
  return { timestamp, message: JSON.stringify(event), metrics };
}

/** The labels that any publication keeps, as a dimension or as a plain field; undefined: all. */
function keptLabels(fields: readonly Field[]): ReadonlySet<string> | undefined {
  const kept = new Set<string>();
  for (const { publications } of fields) {
    if (publications.length === 0) return undefined;
    for (const { dimensions, properties } of publications) {
      if (properties === undefined) return undefined;
      for (const name of properties) kept.add(name);
      for (const set of dimensions) for (const name of set) kept.add(name);
    }
  }
  return kept;
}

function directivesOf(
  fields: readonly Field[],
  units: ReadonlyMap<string, string>,
): readonly Directive[] {
  const byPublication = new Map<Publication, string[]>();
  for (const { name, publications } of fields) {
    for (const publication of publications) {
      const names = byPublication.get(publication);
      if (names === undefined) byPublication.set(publication, [name]);
      else names.push(name);
    }
  }
  const directives: Directive[] = [];
  for (const [{ namespace, dimensions, storageResolution }, names] of byPublication) {
    for (let from = 0; from < names.length; from += MAX_METRICS_PER_DIRECTIVE) {
      directives.push({
        Namespace: namespace,
        Dimensions: dimensions,
        // JSON drops undefined members.
        Metrics: names.slice(from, from + MAX_METRICS_PER_DIRECTIVE).map((name) => ({
          Name: name,
          Unit: units.get(name),
          StorageResolution: storageResolution === 1 ? 1 : undefined,
        })),
      });
    }
  }
  return directives;
}
