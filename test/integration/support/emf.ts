import { z } from 'zod';

/** Limits of the embedded metric format: AmazonCloudWatch, CloudWatch_Embedded_Metric_Format_Specification. */
const MAX_METRICS = 100;
const MAX_DIMENSIONS = 30;
const MAX_VALUES = 100;
const MAX_DIMENSION_VALUE = 1024;

const UNITS = [
  ...['Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'Count', 'Count/Second', 'None'],
  ...['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'].flatMap(perSecond),
  ...['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'].flatMap(perSecond),
];

const DIRECTIVE = z.strictObject({
  Namespace: z.string().regex(/^(?=.*\S)[a-zA-Z0-9 ._#:/-]{1,256}$/),
  Dimensions: z.array(z.array(z.string().min(1).max(250)).max(MAX_DIMENSIONS)).min(1),
  Metrics: z
    .array(
      z.strictObject({
        Name: z.string().min(1).max(255),
        Unit: z.enum(UNITS).optional(),
        StorageResolution: z.union([z.literal(1), z.literal(60)]).optional(),
      }),
    )
    .min(1)
    .max(MAX_METRICS),
});

const EVENT = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.int().positive(),
    CloudWatchMetrics: z.array(DIRECTIVE).min(1),
  }),
});

const VALUES = z.union([z.number(), z.array(z.number()).min(1).max(MAX_VALUES)]);

const DIMENSION_VALUE = z.string().min(1).max(MAX_DIMENSION_VALUE);

/** One metric that CloudWatch would extract from an event. */
export interface ExtractedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string | undefined;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
  readonly timestamp: number;
  /** The whole event. */
  readonly event: Readonly<Record<string, unknown>>;
}

/**
 * What CloudWatch would make of an EMF event: every metric under every dimension set. Throws where the event
 * breaks the specification, such as a metric or dimension that is no member of the event's root.
 */
export function extractMetrics(message: string): ExtractedMetric[] {
  const event = EVENT.parse(JSON.parse(message));
  return event._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(
        names.map((name) => [name, DIMENSION_VALUE.parse(event[name])]),
      );
      return Metrics.map(({ Name, Unit }) => ({
        namespace: Namespace,
        name: Name,
        unit: Unit,
        dimensions,
        values: [VALUES.parse(event[Name])].flat(),
        timestamp: event._aws.Timestamp,
        event,
      }));
    }),
  );
}

function perSecond(unit: string): string[] {
  return [unit, `${unit}/Second`];
}
