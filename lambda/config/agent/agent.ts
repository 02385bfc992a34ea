import * as z from 'zod';
import { ENV } from '../../model/settings/names.ts';
import type { Findings } from '../findings/findings.ts';
import { flag, text } from '../findings/keys.ts';
import type { OpenObject } from '../findings/open-objects.ts';
import { below, type Path, type Place } from '../findings/place.ts';
import { type WithoutEffect, warnOfKeys, withoutEffect } from '../findings/without-effect.ts';
import type { AmpDestination } from '../outputs/amp-destination.ts';
import { endpoint } from '../values/address.ts';
import { roleArn } from '../values/ecs-sources.ts';
import { dockerLabel, service, taskDefinition } from './ecs-discovery.ts';
import { settingsShape } from './settings.ts';

/**
 * The CloudWatch Agent's configuration, as its own schema describes it:
 * https://github.com/aws/amazon-cloudwatch-agent/blob/main/translator/config/schema.json
 * Only what leads to `logs.metrics_collected.prometheus` concerns Fargauge.
 */

const NOT_COLLECTED = 'Fargauge collects Prometheus metrics only';

/** Path to the part of the document that Fargauge reads. */
export const SETTINGS_PATH: Path = ['logs', 'metrics_collected', 'prometheus'];

/** Path to the Prometheus metrics that the agent does not send to CloudWatch Logs. */
const AMP_PATH: Path = ['metrics', 'metrics_collected', 'prometheus'];

/** The agent reads this Prometheus file if `prometheus_config_path` is not set. */
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

/** Credentials for writing, such as those of a role in another account. */
const credentials = z.strictObject({ role_arn: roleArn.optional() });

const agentSection = z.strictObject({
  region: text.optional(),
  credentials: credentials.optional(),
  debug: flag.optional(),
  ...withoutEffect(AGENT_WITHOUT_EFFECT),
});

const metricsCollected = z.strictObject({
  prometheus: z.strictObject({ ...settingsShape, prometheus_config_path: text.optional() }),
  ...withoutEffect(METRICS_COLLECTED_WITHOUT_EFFECT),
});

/** Schema of the whole document. */
export const cloudWatchAgentDocument = z.strictObject({
  agent: agentSection.optional(),
  logs: z.strictObject({
    metrics_collected: metricsCollected,
    endpoint_override: endpoint.optional(),
    credentials: credentials.optional(),
    ...withoutEffect(LOGS_WITHOUT_EFFECT),
  }),
  ...withoutEffect(DOCUMENT_WITHOUT_EFFECT),
});

const DISCOVERY_PATH = ['logs', 'metrics_collected', 'prometheus', 'ecs_service_discovery'];

/** The objects whose keys the agent's own schema does not limit. */
export const OPEN_OBJECTS: readonly OpenObject[] = [
  [[], cloudWatchAgentDocument],
  [['agent'], agentSection],
  [['logs', 'metrics_collected'], metricsCollected],
  [[...DISCOVERY_PATH, 'docker_label'], dockerLabel],
  [[...DISCOVERY_PATH, 'task_definition_list', '*'], taskDefinition],
  [[...DISCOVERY_PATH, 'service_name_list_for_tasks', '*'], service],
];

export type CloudWatchAgentDocument = z.output<typeof cloudWatchAgentDocument>;

/** Whether a document of unknown kind is the agent's: no native document has these keys. */
export function isCloudWatchAgent(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return ['logs', 'agent', 'metrics'].some((key) => key in value);
}

/**
 * Warns of the parts of the agent's document that Fargauge does not support.
 * @param amp the workspace that the metrics under `metrics` go to
 */
export function warnOfAgentKeys(
  document: CloudWatchAgentDocument,
  amp: AmpDestination | undefined,
  place: Place,
  findings: Findings,
): void {
  const { logs } = document;
  const logsPlace = below(place, 'logs');
  const collectedPlace = below(logsPlace, 'metrics_collected');
  const others = { ...document, metrics: undefined };
  warnOfKeys(amp === undefined ? document : others, DOCUMENT_WITHOUT_EFFECT, place, findings);
  if (amp !== undefined) {
    const text = `are sent to the workspace ${amp.workspaceId} only by an entry of outputs, in ${ENV.outputs} or in a native document: ${amp.output}`;
    findings.warn(below(place, ...AMP_PATH), text);
  }
  warnOfKeys(logs, LOGS_WITHOUT_EFFECT, logsPlace, findings);
  warnOfKeys(logs.metrics_collected, METRICS_COLLECTED_WITHOUT_EFFECT, collectedPlace, findings);
}

/** Reports a document that sends its Prometheus metrics only to a workspace. */
export function rejectAmpAlone(amp: AmpDestination, place: Place, findings: Findings): void {
  const expected = `${SETTINGS_PATH.join('.')} in a document of the CloudWatch Agent`;
  const given = `Prometheus metrics that go only to the workspace ${amp.workspaceId}`;
  const reason = `write a native document with scrape_configs and this entry of outputs: ${amp.output}`;
  findings.reject(below(place, ...AMP_PATH), expected, given, reason);
}
