import * as z from 'zod';
import type { Declaration } from '../../model/settings/config.ts';
import { TASK_LABEL } from '../../model/settings/names.ts';
import type { Findings } from '../findings/findings.ts';
import { flag, text } from '../findings/keys.ts';
import { below, formatPath, type Place } from '../findings/place.ts';
import { namespace } from '../values/namespace.ts';
import { compilePattern, pattern } from '../values/pattern.ts';

/**
 * Names in a dimension set, and thereby on a metric.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html
 */
export const MAX_DIMENSIONS = 30;

const DEFAULT_SEPARATOR = ';';
const DEFAULT_RESOLUTION = 60;

const SET_EXPECTED = `at most ${MAX_DIMENSIONS} names in a set`;
const RESOLUTION_EXPECTED = '1 or 60 (seconds)';

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
    // Runs the check beside wrong names, too.
    { when: ({ value }) => Array.isArray(value) },
  )
  .transform(sortedNames);

/** Schema of an entry of `metric_declaration`: the agent's keys, and those from `metric_namespace` on. */
export const metricDeclaration = z.strictObject({
  source_labels: z.array(text).default([]),
  label_separator: z.string().default(DEFAULT_SEPARATOR),
  label_matcher: pattern.optional(),
  metric_selectors: z.array(pattern).default([]),
  dimensions: z.array(dimensionSet).default([]),
  metric_namespace: namespace.optional(),
  storage_resolution: z
    .union([z.literal(1), z.literal(60)], RESOLUTION_EXPECTED)
    .default(DEFAULT_RESOLUTION),
  rate: flag.default(false),
  properties: z.array(text).transform(sortedNames).optional(),
});

type Entry = z.output<typeof metricDeclaration>;

/** Settings of `emf_processor` for entries that say nothing else. */
export interface EntryDefaults {
  readonly namespace: string;
  /** Labels that events keep beside their dimensions and `TaskId`. Absent: all. */
  readonly eventLabels: readonly string[] | undefined;
}

/** The declarations of `entries` at `place`. */
export function toDeclarations(
  entries: readonly Entry[],
  defaults: EntryDefaults,
  place: Place,
  findings: Findings,
): readonly Declaration[] {
  const declarations = entries.map((entry, index) =>
    toDeclaration(entry, defaults, below(place, index), findings),
  );
  warnOfConflicts(declarations, defaults.namespace, place, findings);
  return declarations;
}

function toDeclaration(
  entry: Entry,
  { eventLabels }: EntryDefaults,
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
    namespace: entry.metric_namespace,
    storageResolution: entry.storage_resolution,
    rate: entry.rate,
    // Events name their task in any case.
    properties: entry.properties ?? (eventLabels && sortedNames([TASK_LABEL, ...eventLabels])),
  };
}

/**
 * Warns of declarations that give the same metric different settings. Code cannot decide whether two expressions
 * overlap, so this finds only the plain cases.
 */
function warnOfConflicts(
  declarations: readonly Declaration[],
  ownNamespace: string,
  place: Place,
  findings: Findings,
): void {
  for (const [index, declaration] of declarations.entries()) {
    for (const [earlier, first] of declarations.slice(0, index).entries()) {
      const difference = differenceBetween(first, declaration);
      const namespaces = [first, declaration].map(({ namespace: own }) => own ?? ownNamespace);
      if (difference === undefined || namespaces[0] !== namespaces[1]) continue;
      if (!publishTheSame(first, declaration)) continue;
      const name = formatPath(['metric_declaration', earlier]);
      findings.warn(
        below(place, index, difference),
        `differs from ${name}, which comes first and publishes some of the same metrics: Fargauge publishes those by ${name}`,
      );
      break;
    }
  }
}

function differenceBetween(one: Declaration, other: Declaration): string | undefined {
  if (one.rate !== other.rate) return 'rate';
  return one.storageResolution === other.storageResolution ? undefined : 'storage_resolution';
}

function publishTheSame(one: Declaration, other: Declaration): boolean {
  return (
    one.matcher.source === other.matcher.source &&
    one.separator === other.separator &&
    JSON.stringify(one.sourceLabels) === JSON.stringify(other.sourceLabels) &&
    haveInCommon(one.selectors, other.selectors, ({ source }) => source) &&
    haveInCommon(one.dimensions, other.dimensions, (names) => JSON.stringify(names))
  );
}

function haveInCommon<T>(some: readonly T[], others: readonly T[], key: (item: T) => string) {
  const keys = new Set(some.map(key));
  return others.some((item) => keys.has(key(item)));
}

function distinctSets(sets: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(sets.map((names) => [JSON.stringify(names), names])).values()];
}

function sortedNames(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
