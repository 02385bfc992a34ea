import * as z from 'zod';
import type { Declaration, EmfConfig, SeriesConfig } from '../model/config.ts';
import type { Findings } from './findings.ts';
import { describeGiven } from './given.ts';
import { flag, text } from './keys.ts';
import { compilePattern, pattern } from './pattern.ts';
import { below, type Place } from './place.ts';

/**
 * Names in a dimension set, and thereby on a metric.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html
 */
export const MAX_DIMENSIONS = 30;

/** Length and characters of a namespace: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MAX_NAMESPACE_CHARACTERS = 255;
const NAMESPACE = /^(?=.*\S)[A-Za-z0-9 ._#:/-]+$/;

/** The agent's namespaces where the configuration names none. */
const ECS_NAMESPACE = 'ECS/ContainerInsights/Prometheus';
const SERVER_NAMESPACE = 'CWAgent/Prometheus';

const DEFAULT_SEPARATOR = ';';

const DATA_UNITS = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'];
const BIT_UNITS = ['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const UNITS: ReadonlySet<string> = new Set([
  ...['Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'Count', 'None', 'Count/Second'],
  ...[...DATA_UNITS, ...BIT_UNITS].flatMap((unit) => [unit, `${unit}/Second`]),
]);

const NAMESPACE_EXPECTED = `a namespace of 1 to ${MAX_NAMESPACE_CHARACTERS} letters, digits, spaces and . _ - # : /`;
const SET_EXPECTED = `at most ${MAX_DIMENSIONS} names in a set`;

const dimensionSet = z
  .array(text)
  .superRefine(
    (names, context) => {
      const { size } = new Set(names);
      if (size <= MAX_DIMENSIONS) return;
      context.addIssue({
        code: 'custom',
        message: SET_EXPECTED,
        params: { given: `${size} names` },
      });
    },
    // Also beside wrong names.
    { when: ({ value }) => Array.isArray(value) },
  )
  .transform((names) => [...new Set(names)].sort());

const declaration = z.strictObject({
  source_labels: z.array(text).default([]),
  label_separator: z.string().default(DEFAULT_SEPARATOR),
  label_matcher: pattern.optional(),
  metric_selectors: z.array(pattern).default([]),
  dimensions: z.array(dimensionSet).default([]),
});

const FIRST_SAMPLE_EXPECTED = 'auto, zero or drop';

/** `untyped` is the text format's word for `unknown`. */
const METRIC_TYPES = [
  'counter',
  'gauge',
  'summary',
  'histogram',
  'gaugehistogram',
  'info',
  'stateset',
  'unknown',
  'untyped',
] as const;

const typeOverride = z.strictObject({
  metric: pattern,
  type: z
    .enum(METRIC_TYPES, `one of ${METRIC_TYPES.join(', ')}`)
    .transform((type) => (type === 'untyped' ? 'unknown' : type)),
});

/** Schema of `emf_processor`. */
export const emfProcessor = z.strictObject({
  metric_namespace: z
    .string(NAMESPACE_EXPECTED)
    .max(MAX_NAMESPACE_CHARACTERS, NAMESPACE_EXPECTED)
    .regex(NAMESPACE, NAMESPACE_EXPECTED)
    .optional(),
  metric_unit: z.record(z.string(), z.string()).default({}),
  metric_declaration: z.array(declaration).default([]),
  log_unmatched: flag.default(false),
  first_sample: z.enum(['auto', 'zero', 'drop'], FIRST_SAMPLE_EXPECTED).default('auto'),
  metric_type_overrides: z.array(typeOverride).default([]),
  // Equal combinations are always published once.
  metric_declaration_dedup: flag.optional(),
});

export type EmfProcessor = z.output<typeof emfProcessor>;

/** What decides about metrics beside `emf_processor` itself. */
export interface EmfContext {
  /** `disable_metric_extraction`: every event is a plain log event. */
  readonly extractionDisabled: boolean;
  /** Whether this is about an ECS cluster, which has its own default namespace. */
  readonly ecs: boolean;
}

/** The rules that `processor`, which stands at `place`, means; absent: plain log events. */
export function toEmfConfig(
  processor: EmfProcessor | undefined,
  { extractionDisabled, ecs }: EmfContext,
  place: Place,
  findings: Findings,
): EmfConfig {
  const declarations = (processor?.metric_declaration ?? []).map((entry, index) =>
    toDeclaration(entry, below(place, 'metric_declaration', index), findings),
  );
  return {
    namespace: processor?.metric_namespace ?? (ecs ? ECS_NAMESPACE : SERVER_NAMESPACE),
    declarations: extractionDisabled ? [] : declarations,
    units: toUnits(processor?.metric_unit ?? {}, below(place, 'metric_unit'), findings),
    logUnmatched: processor?.log_unmatched ?? false,
  };
}

/** What `processor` says of the values of series. */
export function toSeriesConfig(processor: EmfProcessor | undefined): SeriesConfig {
  return {
    firstSample: processor?.first_sample ?? 'auto',
    typeOverrides: processor?.metric_type_overrides ?? [],
  };
}

function toDeclaration(
  entry: z.output<typeof declaration>,
  place: Place,
  findings: Findings,
): Declaration {
  const missing = (['source_labels', 'metric_selectors', 'dimensions'] as const).filter(
    (key) => entry[key].length === 0,
  );
  if (missing.length > 0) {
    findings.warn(place, `has no ${missing.join(' and no ')}, so it never publishes a metric`);
  }
  return {
    sourceLabels: entry.source_labels,
    separator: entry.label_separator || DEFAULT_SEPARATOR,
    matcher: entry.label_matcher ?? compilePattern(''),
    // An entry without effect stays in the list, because no entry at all would mean plain log events.
    selectors: missing.length > 0 ? [] : entry.metric_selectors,
    dimensions: distinctSets(entry.dimensions),
  };
}

function distinctSets(sets: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(sets.map((names) => [JSON.stringify(names), names])).values()];
}

function toUnits(
  units: Readonly<Record<string, string>>,
  place: Place,
  findings: Findings,
): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const [metric, unit] of Object.entries(units)) {
    if (UNITS.has(unit)) known.set(metric, unit);
    else
      findings.warn(
        below(place, metric),
        `${describeGiven(unit)} is no CloudWatch unit; it is ignored`,
      );
  }
  return known;
}
