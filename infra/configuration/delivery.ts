import { parse } from 'yaml';
import { ENV } from '../../lambda/model/settings/names.ts';
import type { Document } from './check/check.ts';

/** Folder of a Lambda layer's files. https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html */
const LAYER_DIRECTORY = '/opt';

/** Environment variables of the CloudWatch Agent's documents, which also name them in messages. */
export const AGENT_VARIABLE = 'CW_CONFIG_CONTENT';
export const PROMETHEUS_VARIABLE = 'PROMETHEUS_CONFIG_CONTENT';

/** The parts of a configuration. */
export interface ConfigurationParts {
  /** Its name in messages. */
  readonly source: string;
  readonly main?: Document;
  readonly prometheus?: Document;
  /** Its location outside of the app. */
  readonly location?: string;
  /** JSON of outputs that take precedence over those of the documents. */
  readonly outputs?: string;
}

/** The form in which a configuration reaches the function. */
export interface ConfigurationDelivery {
  readonly environment: Readonly<Record<string, string>>;
  /** Contents of the files of a layer, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** In the function's environment, where there is little room. */
export function inEnvironment(parts: ConfigurationParts): ConfigurationDelivery {
  return withOutputs(parts, documentsInEnvironment(parts));
}

/** In files of a layer: there is room for any configuration. Its outputs stay in the environment. */
export function inFiles(parts: ConfigurationParts): ConfigurationDelivery {
  return withOutputs(parts, documentsInFiles(parts));
}

function withOutputs(
  { outputs }: ConfigurationParts,
  { environment, files }: ConfigurationDelivery,
): ConfigurationDelivery {
  if (outputs === undefined) return { environment, files };
  return { environment: { ...environment, [ENV.outputs]: outputs }, files };
}

function documentsInEnvironment({
  main,
  prometheus,
  location,
}: ConfigurationParts): ConfigurationDelivery {
  if (location !== undefined) return { environment: { [ENV.config]: location }, files: {} };
  if (main === undefined) return { environment: {}, files: {} };
  if (prometheus === undefined) return { environment: { [ENV.config]: main.text }, files: {} };
  return {
    environment: {
      [AGENT_VARIABLE]: withPrometheusAt(`env:${PROMETHEUS_VARIABLE}`, main.text),
      [PROMETHEUS_VARIABLE]: prometheus.text,
    },
    files: {},
  };
}

function documentsInFiles(parts: ConfigurationParts): ConfigurationDelivery {
  const { main, prometheus, location } = parts;
  if (main === undefined || location !== undefined) return documentsInEnvironment(parts);
  const mainFile = 'fargauge-configuration';
  const prometheusFile = 'fargauge-prometheus.yaml';
  const environment = { [ENV.configFile]: `${LAYER_DIRECTORY}/${mainFile}` };
  if (prometheus === undefined) return { environment, files: { [mainFile]: main.text } };
  return {
    environment,
    files: {
      [mainFile]: withPrometheusAt(`file:${LAYER_DIRECTORY}/${prometheusFile}`, main.text),
      [prometheusFile]: prometheus.text,
    },
  };
}

/** The agent's document with `prometheus_config_path` set to the function's file; all else is unchanged. */
function withPrometheusAt(path: string, agentJson: string): string {
  const document = parse(agentJson);
  const settings = document.logs.metrics_collected.prometheus;
  if (settings.prometheus_config_path === path) return agentJson;
  settings.prometheus_config_path = path;
  return JSON.stringify(document);
}
