import { ENV } from '../model/settings/names.ts';
import { isCloudWatchAgent } from './agent/agent.ts';
import type { Findings } from './findings/findings.ts';
import { DEFAULT_SOURCE, defaultDocument } from './native/default.ts';
import { PROMETHEUS_OPTION, PROMETHEUS_VARIABLE, readPrometheus } from './prometheus-source.ts';
import {
  type ConfigRequest,
  readDocumentAt,
  readVariable,
  type Text,
  variable,
} from './sources/request.ts';
import { type ParsedText, parseText } from './yaml/text.ts';

/** The CloudWatch Agent on ECS reads its configuration from this environment variable. */
const AGENT_VARIABLE = 'CW_CONFIG_CONTENT';

/** The documents of a configuration; undefined if one cannot be read, which is a finding. */
export type Documents =
  | { readonly kind: 'native'; readonly main: ParsedText | undefined }
  | {
      readonly kind: 'agent';
      readonly main: ParsedText | undefined;
      readonly prometheus: ParsedText | undefined;
    };

/** A possible origin of the main document. */
interface Origin {
  readonly name: string;
  readonly kind: 'any' | 'agent' | 'prometheus';
  /** Whether it is an option of the command line, which somebody set on purpose; a variable may be a leftover. */
  readonly option: boolean;
  read(): Promise<Text | undefined>;
}

/**
 * Finds and reads the documents. The main document is the first of these: the option `--config`, `FARGAUGE_CONFIG`,
 * `FARGAUGE_CONFIG_FILE`, `CW_CONFIG_CONTENT`, a Prometheus file alone (the option `--prometheus-config`, then
 * `PROMETHEUS_CONFIG_CONTENT`), the built-in default.
 */
export async function readDocuments(
  request: ConfigRequest,
  findings: Findings,
): Promise<Documents> {
  const [origin, ...others] = originsOf(request, findings);
  if (origin === undefined) {
    const document = defaultDocument();
    const named = variable(request.env, ENV.logGroup) !== undefined;
    // Nobody wrote this document, so the log group of the environment wins over its own.
    const value = named ? { ...document, log_group_name: undefined } : document;
    return { kind: 'native', main: { source: DEFAULT_SOURCE, value, tree: value } };
  }
  const text = await origin.read();
  const main = text && (await parseText(text.source, text.text, findings));
  if (origin.kind === 'agent' || (origin.kind === 'any' && isCloudWatchAgent(main?.value))) {
    checkUnused(
      origin,
      others.filter(({ kind }) => kind !== 'prometheus'),
      findings,
    );
    return { kind: 'agent', main, prometheus: await readPrometheus(main, request, findings) };
  }
  if (main !== undefined) checkUnused(origin, others, findings);
  return { kind: 'native', main };
}

function originsOf(request: ConfigRequest, findings: Findings): Origin[] {
  const { config, prometheusConfig, env } = request;
  const origins: Origin[] = [];
  const addFile = (
    name: string,
    path: string | undefined,
    kind: Origin['kind'],
    option: boolean,
  ): void => {
    if (path === undefined) return;
    const read = () => readDocumentAt(path, { source: name, path: [] }, request, findings);
    origins.push({ name, kind, option, read });
  };
  const addVariable = (name: string, kind: Origin['kind']): void => {
    if (variable(env, name) === undefined) return;
    const read = () => readVariable(name, request, findings);
    origins.push({ name, kind, option: false, read });
  };
  addFile('--config', config?.path, 'any', true);
  addVariable(ENV.config, 'any');
  addFile(ENV.configFile, variable(env, ENV.configFile), 'any', false);
  addVariable(AGENT_VARIABLE, 'agent');
  addFile(PROMETHEUS_OPTION, prometheusConfig?.path, 'prometheus', true);
  addVariable(PROMETHEUS_VARIABLE, 'prometheus');
  return origins;
}

function checkUnused(used: Origin, others: readonly Origin[], findings: Findings): void {
  for (const { name, option } of others) {
    const place = { source: name, path: [] };
    if (option) {
      findings.reject(
        place,
        `either this option or ${used.name}, which is a native document`,
        'both',
      );
    } else if (!used.option) {
      findings.warn(place, `is not used, because ${used.name} takes precedence`);
    }
  }
}
