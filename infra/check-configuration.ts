/**
 * A program of its own, which `ConfigurationCheck` runs: the collector's own reading of a configuration is asynchronous,
 * constructs are not. Reads a `CheckRequest` from standard input and writes a `CheckResult`.
 */

import { text } from 'node:stream/consumers';
import { ConfigError } from '../lambda/config/errors.ts';
import { loadConfig } from '../lambda/config/load.ts';
import type { Config } from '../lambda/model/config.ts';
import { ENV } from '../lambda/model/names.ts';
import { type CheckRequest, type CheckResult, OWN_LOG_GROUP } from './configuration-check.ts';

/** Stands for a secret that only the function can read. */
const UNKNOWN_SECRET = 'known-at-run-time';

const { main, prometheus, cluster } = JSON.parse(await text(process.stdin)) as CheckRequest;

process.stdout.write(JSON.stringify(await check()));

async function check(): Promise<CheckResult> {
  try {
    const config = await loadConfig({
      ...(main && { config: { path: main.name } }),
      ...(prometheus && { prometheusConfig: { path: prometheus.name } }),
      env: { [ENV.cluster]: cluster, [ENV.logGroup]: OWN_LOG_GROUP },
      readFile: async (path) => {
        const document = [main, prometheus].find((given) => given?.name === path);
        if (document === undefined) throw new Error('the function has no such file');
        return document.text;
      },
      resolveSecret: async () => UNKNOWN_SECRET,
    });
    return { facts: factsOf(config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.issues.map(({ message }) => message) };
  }
}

function factsOf({ warnings, discovery, jobs, emf, logs, outputs }: Config): CheckResult['facts'] {
  const sources = [
    ...(discovery?.sources ?? []),
    ...jobs.flatMap((job) => job.taskDiscoveries).flatMap((each) => each.sources),
  ];
  const clustersOf = (foreign: boolean) =>
    sources
      .filter(({ role, accessKey }) => (role !== undefined || accessKey !== undefined) === foreign)
      .flatMap(({ clusters }) => clusters);
  return {
    warnings,
    clusters: clustersOf(false),
    foreignClusters: clustersOf(true),
    portLabel: discovery?.dockerLabel?.portLabel,
    namespace: emf.namespace,
    units: Object.fromEntries(emf.units),
    logGroup: logs.group,
    logWriters: logWritersOf(outputs),
    declarations: emf.declarations.map(
      ({ sourceLabels, separator, matcher, selectors, dimensions, namespace }) => ({
        sourceLabels,
        separator,
        matcher: matcher.source,
        selectors: selectors.map(({ source }) => source),
        dimensions,
        namespace,
      }),
    ),
  };
}

/** Where the configuration names no outputs, the function writes into CloudWatch Logs as itself. */
function logWritersOf(outputs: Config['outputs']): readonly (string | null)[] {
  if (outputs === undefined) return [null];
  return outputs.flatMap((output) =>
    output.type === 'cloudwatch-logs' ? [output.role?.arn ?? null] : [],
  );
}
