import { ConfigError } from '../../lambda/config/findings/errors.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { ENV } from '../../lambda/model/settings/names.ts';

/** A cluster for the cases that are not about it. */
export const CLUSTER = 'shop';

/** The sources of one load: option values, environment variables and the files that exist. */
export interface Sources {
  readonly config?: string;
  readonly prometheusConfig?: string;
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
}

export async function load({ config, prometheusConfig, env, files }: Sources): Promise<Config> {
  return loadConfig({
    config: config === undefined ? undefined : { path: config },
    prometheusConfig: prometheusConfig === undefined ? undefined : { path: prometheusConfig },
    env: env ?? {},
    readFile: async (path) => {
      const text = files?.[path];
      if (text === undefined) throw new Error('ENOENT: no such file or directory');
      return text;
    },
  });
}

/** Loads a native document, given as text or value, for the cluster `shop`. */
export function loadNative(document: unknown): Promise<Config> {
  return load({ env: nativeEnv(document) });
}

/** Loads the agent's `logs.metrics_collected.prometheus` and a Prometheus file, for the cluster `shop`. */
export function loadAgent(prometheus: unknown, prometheusFile: unknown = {}): Promise<Config> {
  return load({ env: agentEnv(prometheus, prometheusFile) });
}

export function nativeEnv(document: unknown): Record<string, string> {
  return { [ENV.cluster]: CLUSTER, [ENV.config]: textOf(document) };
}

export function agentEnv(
  prometheus: unknown,
  prometheusFile: unknown = {},
): Record<string, string> {
  return {
    [ENV.cluster]: CLUSTER,
    CW_CONFIG_CONTENT: JSON.stringify({ logs: { metrics_collected: { prometheus } } }),
    PROMETHEUS_CONFIG_CONTENT: textOf(prometheusFile),
  };
}

/** The messages of a configuration that must be refused. */
export async function messagesOf(loading: Promise<Config>): Promise<string[]> {
  return (await errorOf(loading)).issues.map(({ message }) => message);
}

export async function errorOf(loading: Promise<Config>): Promise<ConfigError> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

function textOf(document: unknown): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}
