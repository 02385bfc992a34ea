import { ConfigError } from '../../../lambda/config/findings/errors.ts';
import { loadConfig } from '../../../lambda/config/load.ts';
import { isCloudWatch } from '../../../lambda/config/outputs/receiver.ts';
import { AWS_REGION } from '../../../lambda/config/sources/request.ts';
import { UNREAD_SECRET } from '../../../lambda/config/sources/secret-reader.ts';
import type { RelabelRule } from '../../../lambda/model/samples/relabel.ts';
import type {
  Config,
  Pattern,
  PortsMode,
  ScrapeJob,
} from '../../../lambda/model/settings/config.ts';
import { ENV } from '../../../lambda/model/settings/names.ts';
import type { OutputConfig } from '../../../lambda/model/settings/output.ts';
import {
  type CheckRequest,
  type CheckResult,
  type JobFacts,
  type OtlpFacts,
  OWN_LOG_GROUP,
  type PortsFacts,
  type RelabelFacts,
} from './check.ts';

/** Stands for the Region of the function, which only the deployment knows. */
const OWN_REGION = 'own-region';

/** Prefix of selectors of the sidecar's series. */
const SIDECAR_SERIES = '^ee_';

/** Reads a configuration with the collector's own code. */
export async function check({
  main,
  prometheus,
  cluster,
  outputs,
}: CheckRequest): Promise<CheckResult> {
  try {
    const config = await loadConfig({
      ...(main && { config: { path: main.name } }),
      ...(prometheus && { prometheusConfig: { path: prometheus.name } }),
      env: {
        [ENV.cluster]: cluster,
        [ENV.logGroup]: OWN_LOG_GROUP,
        [ENV.outputs]: outputs,
        [AWS_REGION]: OWN_REGION,
      },
      readFile: async (path) => {
        const document = [main, prometheus].find((given) => given?.name === path);
        if (document === undefined) throw new Error('the function has no such file');
        return document.text;
      },
      resolveSecret: async () => UNREAD_SECRET,
    });
    return { facts: factsOf(config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.issues.map(({ message }) => message) };
  }
}

function factsOf(config: Config): CheckResult['facts'] {
  const { warnings, discovery, jobs, emf, logs, outputs } = config;
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
    metricsPathLabel: discovery?.dockerLabel?.metricsPathLabel,
    namespace: emf.namespace,
    units: Object.fromEntries(emf.units),
    logGroup: logs.group,
    logWriters: logWritersOf(outputs),
    storesMetrics: (outputs ?? []).some(({ type }) => type === 'cloudwatch_metrics'),
    namespaces: [...new Set(emf.declarations.map(({ namespace = emf.namespace }) => namespace))],
    namesOutputs: outputs !== undefined,
    printsEvents: (outputs ?? []).some(({ type }) => type === 'stdout'),
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
    cloudWatchOtlp: (outputs ?? []).flatMap(otlpFactsOf),
    jobs: jobs.map((job) => jobFactsOf(job, discovery?.labelsCluster ?? false)),
    servicePorts: (discovery?.services ?? []).map((mode) => portsFactsOf(mode.namePattern, mode)),
    definitionPorts: (discovery?.taskDefinitions ?? []).map((mode) =>
      portsFactsOf(mode.arnPattern, mode),
    ),
    urls: urlsOf(config),
    sidecarsOnly: publishesSidecarsOnly(config),
    onlyServices: onlyServicesOf(config),
  };
}

/** Without outputs, the function writes into CloudWatch Logs as itself. */
function logWritersOf(outputs: Config['outputs']): readonly (string | null)[] {
  if (outputs === undefined) return [null];
  return outputs.flatMap((output) =>
    output.type === 'cloudwatch-logs' ? [output.role?.arn ?? null] : [],
  );
}

function otlpFactsOf(output: OutputConfig): OtlpFacts[] {
  if (output.type !== 'otlp') return [];
  if (output.url !== undefined && !isCloudWatch(output.url)) return [];
  const { signing, attributes } = output;
  const facts = { region: signing?.region, roleArn: signing?.role?.arn };
  return [typeof attributes === 'string' ? facts : { ...facts, attributes }];
}

function jobFactsOf(job: ScrapeJob, labelsCluster: boolean): JobFacts {
  const others = [job.staticConfigs, job.fileDiscoveries, job.httpDiscoveries];
  return {
    name: job.name,
    finds: [
      ...(job.discovered ? (['containers'] as const) : []),
      ...(job.taskDiscoveries.length > 0 ? (['tasks'] as const) : []),
      ...(others.some(({ length }) => length > 0) ? (['others'] as const) : []),
    ],
    labelsCluster,
    scheme: job.scheme,
    metricsPath: job.metricsPath,
    statics: job.staticConfigs.flatMap(({ targets, labels }) =>
      targets.map((address) => ({ address, labels })),
    ),
    taskPorts: job.taskDiscoveries.map(({ port }) => port),
    lists: job.fileDiscoveries.length > 0 || job.httpDiscoveries.length > 0,
    relabeling: job.relabeling.map(relabelFactsOf),
    metricRelabeling: job.metricRelabeling.map(relabelFactsOf),
  };
}

function portsFactsOf(
  { source }: Pattern,
  { containerNamePattern, ports, metricsPath }: PortsMode,
): PortsFacts {
  return { subject: source, container: containerNamePattern?.source, ports, metricsPath };
}

function urlsOf({ outputs = [], logs, discovery, jobs }: Config): readonly string[] {
  const sources = [
    ...(discovery?.sources ?? []),
    ...jobs.flatMap((job) => job.taskDiscoveries).flatMap((each) => each.sources),
  ];
  const urls = [
    ...outputs.map((output) => ('url' in output ? output.url : undefined)),
    ...jobs.flatMap((job) => job.httpDiscoveries).map(({ url }) => url),
    ...sources.map(({ endpoint }) => endpoint),
    logs.endpoint,
  ];
  return urls.filter((url) => url !== undefined);
}

/** Outputs of samples send those of any target. */
function publishesSidecarsOnly({ outputs = [], emf }: Config): boolean {
  return (
    outputs.every(({ type }) => type !== 'remote_write' && type !== 'otlp') &&
    !emf.logUnmatched &&
    emf.declarations.length > 0 &&
    emf.declarations.every(({ selectors }) =>
      selectors.every(({ source }) => source.startsWith(SIDECAR_SERIES)),
    )
  );
}

function relabelFactsOf(rule: RelabelRule): RelabelFacts {
  return { ...rule, regex: rule.regex.source };
}

/** The names of services, if only those lead to a task. */
function onlyServicesOf({ discovery, jobs }: Config): readonly string[] | undefined {
  if (discovery === undefined || discovery.dockerLabel || discovery.taskDefinitions.length > 0) {
    return undefined;
  }
  const findsMore = (job: ScrapeJob) =>
    jobFactsOf(job, false).finds.some((by) => by !== 'containers');
  if (jobs.some(findsMore)) return undefined;
  return discovery.services.map(({ namePattern }) => namePattern.source);
}
