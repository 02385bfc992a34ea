import * as z from 'zod';
import type { Declaration, EmfConfig, SeriesConfig } from '../../model/settings/config.ts';
import { TASK_LABEL } from '../../model/settings/names.ts';
import type { Findings } from '../findings/findings.ts';
import { describeGiven } from '../findings/given.ts';
import { flag, text } from '../findings/keys.ts';
import { below, type Place } from '../findings/place.ts';
import { goDuration } from '../values/duration.ts';
import { namespace } from '../values/namespace.ts';
import { pattern } from '../values/pattern.ts';
import { metricDeclaration, toDeclarations } from './metric-declaration.ts';

/** The agent's default namespaces. */
const ECS_NAMESPACE = 'ECS/ContainerInsights/Prometheus';
const SERVER_NAMESPACE = 'CWAgent/Prometheus';

const DATA_UNITS = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'];
const BIT_UNITS = ['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const UNITS: ReadonlySet<string> = new Set([
  ...['Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'Count', 'None', 'Count/Second'],
  ...[...DATA_UNITS, ...BIT_UNITS].flatMap((unit) => [unit, `${unit}/Second`]),
]);

const BUDGET_EXPECTED = 'a whole number of at least 1';

/**
 * How long a metric counts after it was last published: as long as CloudWatch lists it as recently active, so that both
 * numbers can be compared.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
 */
const DEFAULT_BUDGET_WINDOW_MS = 3 * 3_600_000;

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

const DIGITS_EXPECTED = 'a whole number of significant digits from 1 to 17';

/** A double has at most 17 significant digits. */
const valuePrecision = z.strictObject({
  metric: pattern,
  significant_digits: z.int(DIGITS_EXPECTED).min(1, DIGITS_EXPECTED).max(17, DIGITS_EXPECTED),
});

/** Schema of `emf_processor`. */
export const emfProcessor = z.strictObject({
  metric_namespace: namespace.optional(),
  metric_unit: z.record(z.string(), z.string()).default({}),
  metric_declaration: z.array(metricDeclaration).default([]),
  log_unmatched: flag.default(false),
  first_sample: z.enum(['auto', 'zero', 'drop'], FIRST_SAMPLE_EXPECTED).default('auto'),
  metric_type_overrides: z.array(typeOverride).default([]),
  value_precision: z.array(valuePrecision).default([]),
  event_labels: z.array(text).optional(),
  events: z.enum(['task', 'service'], 'task or service').default('task'),
  // Equal combinations are always published once.
  metric_declaration_dedup: flag.optional(),
  metric_budget: z.int(BUDGET_EXPECTED).min(1, BUDGET_EXPECTED).optional(),
  metric_budget_window: goDuration.optional(),
});

export type EmfProcessor = z.output<typeof emfProcessor>;

/** Settings outside of `emf_processor` that its rules depend on. */
export interface EmfContext {
  /** `disable_metric_extraction`: every event is a plain log event. */
  readonly extractionDisabled: boolean;
  /** Whether the configuration is about an ECS cluster, which has its own default namespace. */
  readonly ecs: boolean;
}

/** The rules of `processor` at `place`. Without it, events are plain log events. */
export function toEmfConfig(
  processor: EmfProcessor | undefined,
  { extractionDisabled, ecs }: EmfContext,
  place: Place,
  findings: Findings,
): EmfConfig {
  const ownNamespace = processor?.metric_namespace ?? (ecs ? ECS_NAMESPACE : SERVER_NAMESPACE);
  const declarations = toDeclarations(
    processor?.metric_declaration ?? [],
    { namespace: ownNamespace, eventLabels: processor?.event_labels },
    below(place, 'metric_declaration'),
    findings,
  );
  const { metric_budget: limit, metric_budget_window: windowMs } = processor ?? {};
  if (limit === undefined && windowMs !== undefined) {
    findings.warn(below(place, 'metric_budget_window'), 'has no effect without metric_budget');
  }
  if (processor?.event_labels !== undefined && (extractionDisabled || declarations.length === 0)) {
    const reason = 'has no effect without metrics: plain log events keep all labels';
    findings.warn(below(place, 'event_labels'), reason);
  }
  if (processor?.events === 'service') {
    const reason = withoutMerging(extractionDisabled ? [] : declarations);
    if (reason !== undefined) findings.warn(below(place, 'events'), reason);
  }
  return {
    namespace: ownNamespace,
    declarations: extractionDisabled ? [] : declarations,
    units: toUnits(processor?.metric_unit ?? {}, below(place, 'metric_unit'), findings),
    logUnmatched: processor?.log_unmatched ?? false,
    events: processor?.events,
    metricBudget:
      limit === undefined ? undefined : { limit, windowMs: windowMs ?? DEFAULT_BUDGET_WINDOW_MS },
  };
}

/** The reason why no event can be of a service. */
function withoutMerging(declarations: readonly Declaration[]): string | undefined {
  if (declarations.length === 0)
    return 'has no effect without metrics: plain log events stay apart';
  const isOfTask = ({ dimensions, storageResolution }: Declaration) =>
    storageResolution === 1 || dimensions.some((set) => set.includes(TASK_LABEL));
  if (!declarations.every(isOfTask)) return undefined;
  return `has no effect: each declaration has the dimension ${TASK_LABEL} or storage_resolution 1, so its events stay apart`;
}

/** The settings of `processor` for the values of series. */
export function toSeriesConfig(processor: EmfProcessor | undefined): SeriesConfig {
  return {
    firstSample: processor?.first_sample ?? 'auto',
    typeOverrides: processor?.metric_type_overrides ?? [],
    valuePrecision: (processor?.value_precision ?? []).map(
      ({ metric, significant_digits: digits }) => ({ metric, digits }),
    ),
  };
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
        `${describeGiven(unit)} is not a CloudWatch unit, so Fargauge ignores it`,
      );
  }
  return known;
}
