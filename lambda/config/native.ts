import * as z from 'zod';
import { endpoint } from './address.ts';
import { flag, text } from './keys.ts';
import { outputs } from './outputs.ts';
import { prometheusShape, scrapeConfigShape } from './prometheus.ts';
import { remoteWrite } from './remote-write.ts';
import { settingsShape } from './settings.ts';

const scrapeConfig = z.strictObject({
  ...scrapeConfigShape,
  /** Instead of naming `sd_result_file` in `file_sd_configs`. */
  ecs_discovered: flag.default(false),
});

/**
 * Schema of the native document: the keys of the agent's `logs.metrics_collected.prometheus` and of a Prometheus
 * file side by side. Hence any Prometheus file is a native document.
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
/** The document as it is written. */
export type NativeInput = z.input<typeof nativeDocument>;
