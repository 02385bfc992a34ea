import * as z from 'zod';
import { endpoint } from './address.ts';
import { roleArn } from './ecs-sources.ts';
import type { Findings } from './findings.ts';
import { flag, text } from './keys.ts';
import { below, type Path, type Place } from './place.ts';
import { settingsShape } from './settings.ts';
import { type WithoutEffect, warnOfKeys, withoutEffect } from './without-effect.ts';

/**
 * The CloudWatch Agent's configuration, as its own schema describes it:
 * https://github.com/aws/amazon-cloudwatch-agent/blob/main/translator/config/schema.json
 * Only what leads to `logs.metrics_collected.prometheus` concerns Fargauge.
 */

const NOT_COLLECTED = 'Fargauge collects Prometheus metrics only';

/** Where the part that Fargauge reads lies. */
export const SETTINGS_PATH: Path = ['logs', 'metrics_collected', 'prometheus'];

/** Where the agent looks for the Prometheus file when `prometheus_config_path` is not set. */
export const DEFAULT_PROMETHEUS_PATH = '/etc/cwagentconfig/prometheus.yaml';

const AGENT_WITHOUT_EFFECT = {
  metrics_collection_interval: null,
  logfile: null,
  quiet: null,
  aws_sdk_log_level: null,
  user_agent: null,
  run_as_user: null,
  omit_hostname: null,
  internal: null,
  use_dualstack_endpoint: null,
  'service.name': null,
  'deployment.environment': null,
} as const satisfies WithoutEffect<string>;

const DOCUMENT_WITHOUT_EFFECT = {
  metrics: NOT_COLLECTED,
  traces: NOT_COLLECTED,
  csm: NOT_COLLECTED,
  opentelemetry: NOT_COLLECTED,
} as const satisfies WithoutEffect<string>;

const LOGS_WITHOUT_EFFECT = {
  logs_collected: NOT_COLLECTED,
  force_flush_interval: null,
  log_stream_name: null,
  concurrency: null,
  'service.name': null,
  'deployment.environment': null,
} as const satisfies WithoutEffect<string>;

const METRICS_COLLECTED_WITHOUT_EFFECT = {
  emf: NOT_COLLECTED,
  structuredlog: NOT_COLLECTED,
  ecs: NOT_COLLECTED,
  kubernetes: NOT_COLLECTED,
  app_signals: NOT_COLLECTED,
  application_signals: NOT_COLLECTED,
  otlp: NOT_COLLECTED,
} as const satisfies WithoutEffect<string>;

/** Whose credentials write, such as those of a role of another account. */
const credentials = z.strictObject({ role_arn: roleArn.optional() });

/** Schema of the whole document. */
export const cloudWatchAgentDocument = z.strictObject({
  agent: z
    .strictObject({
      region: text.optional(),
      credentials: credentials.optional(),
      debug: flag.optional(),
      ...withoutEffect(AGENT_WITHOUT_EFFECT),
    })
    .optional(),
  logs: z.strictObject({
    metrics_collected: z.strictObject({
      prometheus: z.strictObject({ ...settingsShape, prometheus_config_path: text.optional() }),
      ...withoutEffect(METRICS_COLLECTED_WITHOUT_EFFECT),
    }),
    endpoint_override: endpoint.optional(),
    credentials: credentials.optional(),
    ...withoutEffect(LOGS_WITHOUT_EFFECT),
  }),
  ...withoutEffect(DOCUMENT_WITHOUT_EFFECT),
});

export type CloudWatchAgentDocument = z.output<typeof cloudWatchAgentDocument>;

/** Whether a document without any other sign is the agent's: no native document has these keys. */
export function isCloudWatchAgent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('logs' in value || 'agent' in value);
}

/** Warns of the parts of the agent's document that Fargauge does not do. */
export function warnOfAgentKeys(
  document: CloudWatchAgentDocument,
  place: Place,
  findings: Findings,
): void {
  const { logs } = document;
  const logsPlace = below(place, 'logs');
  const collectedPlace = below(logsPlace, 'metrics_collected');
  warnOfKeys(document, DOCUMENT_WITHOUT_EFFECT, place, findings);
  warnOfKeys(logs, LOGS_WITHOUT_EFFECT, logsPlace, findings);
  warnOfKeys(logs.metrics_collected, METRICS_COLLECTED_WITHOUT_EFFECT, collectedPlace, findings);
}
