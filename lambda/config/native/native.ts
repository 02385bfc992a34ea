import * as z from 'zod';
import { settingsShape } from '../agent/settings.ts';
import { flag, text } from '../findings/keys.ts';
import { outputs } from '../outputs/outputs.ts';
import { remoteWrite } from '../outputs/remote-write.ts';
import { prometheusShape, scrapeConfigShape } from '../prometheus/prometheus.ts';
import { endpoint } from '../values/address.ts';
import { withoutNulls } from '../yaml/nulls.ts';
import { byType } from '../yaml/scalars-by-type.ts';
import type { ParsedText } from '../yaml/text.ts';

const scrapeConfig = z.strictObject({
  ...scrapeConfigShape,
  /** Replaces the name of `sd_result_file` in `file_sd_configs`. */
  ecs_discovered: flag.default(false),
});

/**
 * Schema of the native document: the keys of the agent's `logs.metrics_collected.prometheus` and of a Prometheus file
 * side by side. Hence any Prometheus file is a native document.
 */
export const nativeDocument = z.strictObject({
  /** For editors. */
  $schema: z.string().optional(),
  region: text.optional(),
  endpoint_override: endpoint.optional(),
  outputs: outputs.optional(),
  ...settingsShape,
  ...prometheusShape,
  remote_write: z.array(remoteWrite).default([]),
  scrape_configs: z.array(scrapeConfig).default([]),
});

export type NativeDocument = z.output<typeof nativeDocument>;
/** The document as its author writes it. */
export type NativeInput = z.input<typeof nativeDocument>;

/** Keys of a Prometheus file. */
const PROMETHEUS_KEYS = ['global', 'scrape_configs', 'remote_write'] as const;

/** Keys whose schema decides how an unquoted value below them is read. */
export const KEYS_BY_TYPE = [...PROMETHEUS_KEYS, 'outputs'] as const;

/**
 * A native document as its schema takes it. Keys of Prometheus, and `outputs`, get the values that Go's YAML reads; the
 * agent's keys keep the values of YAML 1.2, nulls included.
 */
export function nativeValue({ value, tree }: ParsedText): unknown {
  if (!isObject(value) || !isObject(tree)) return value;
  const { shape } = nativeDocument;
  const read = PROMETHEUS_KEYS.filter((key) => key in tree).map((key) => [
    key,
    withoutNulls(byType(tree[key], shape[key])) ?? undefined,
  ]);
  const outputsRead = 'outputs' in tree ? { outputs: byType(tree.outputs, outputs) } : {};
  return { ...value, ...Object.fromEntries(read), ...outputsRead };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
