import { DEFAULT_PROMETHEUS_PATH, SETTINGS_PATH } from './agent/agent.ts';
import type { Findings } from './findings/findings.ts';
import { lookup } from './findings/lookup.ts';
import type { Place } from './findings/place.ts';
import {
  type ConfigRequest,
  readDocumentAt,
  readVariable,
  type Text,
  variable,
} from './sources/request.ts';
import { type ParsedText, parseText } from './yaml/text.ts';

/** The option that names a Prometheus file. */
export const PROMETHEUS_OPTION = '--prometheus-config';

/** The CloudWatch Agent's documentation keeps the Prometheus file on ECS in this environment variable. */
export const PROMETHEUS_VARIABLE = 'PROMETHEUS_CONFIG_CONTENT';

/**
 * Reads the Prometheus file that goes with the agent's document: the one of the option, else the one that
 * `prometheus_config_path` names (`env:NAME`, `file:PATH` or a path), else `PROMETHEUS_CONFIG_CONTENT`, else the
 * agent's default path.
 */
export async function readPrometheus(
  agent: ParsedText | undefined,
  request: ConfigRequest,
  findings: Findings,
): Promise<ParsedText | undefined> {
  const text = await prometheusText(agent, request, findings);
  return text && parseText(text.source, text.text, findings);
}

async function prometheusText(
  agent: ParsedText | undefined,
  request: ConfigRequest,
  findings: Findings,
): Promise<Text | undefined> {
  if (request.prometheusConfig !== undefined) {
    const place = { source: PROMETHEUS_OPTION, path: [] };
    return readDocumentAt(request.prometheusConfig.path, place, request, findings);
  }
  const settings = lookup(agent?.value, ...SETTINGS_PATH);
  const configured = lookup(settings, 'prometheus_config_path');
  const source = agent?.source ?? '';
  const place: Place = { source, path: [...SETTINGS_PATH, 'prometheus_config_path'] };
  if (typeof configured === 'string' && configured !== '')
    return configuredText(configured, place, request, findings);
  if (variable(request.env, PROMETHEUS_VARIABLE) !== undefined)
    return readVariable(PROMETHEUS_VARIABLE, request, findings);
  // The check of the document reports any other missing or wrong value.
  if (typeof settings !== 'object' || configured !== undefined) return undefined;
  return readDocumentAt(DEFAULT_PROMETHEUS_PATH, place, request, findings);
}

async function configuredText(
  configured: string,
  place: Place,
  request: ConfigRequest,
  findings: Findings,
): Promise<Text | undefined> {
  const [, scheme, name = configured] = /^(env|file):(.*)$/s.exec(configured) ?? [];
  if (scheme !== 'env') return readDocumentAt(name, place, request, findings);
  if (variable(request.env, name) !== undefined) return readVariable(name, request, findings);
  const expected = `the environment variable ${name} with the content of a Prometheus file`;
  findings.reject(place, expected, 'no such variable');
  return undefined;
}
