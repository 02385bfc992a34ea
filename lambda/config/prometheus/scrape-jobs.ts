import { labelsOf } from '../../model/samples/sample.ts';
import type { DiscoveryLookup, ScrapeJob, StaticConfig } from '../../model/settings/config.ts';
import { DEFAULT_HTTP, type HttpSettings } from '../../model/settings/http.ts';
import type { Secret } from '../../model/settings/secret.ts';
import type { Findings } from '../findings/findings.ts';
import { below, type Place } from '../findings/place.ts';
import { toTaskDiscovery } from './aws-discovery.ts';
import type { GlobalSection, PrometheusDocument, ScrapeConfig } from './prometheus.ts';
import { toScrapeProtocols } from './scrape-protocols.ts';
import { effectiveTiming, type Timing } from './scrape-timing.ts';
import { warnOfDocument, warnOfJob } from './scrape-warnings.ts';
import { toFileDiscovery, toHttpDiscovery } from './service-discovery.ts';

/** Name of the job for discovered targets that no scrape configuration takes. */
export const IMPLICIT_JOB = 'ecs';

/** A Prometheus document, or the same keys of a native one. */
export interface ScrapeSource extends PrometheusDocument {
  readonly scrape_configs: (ScrapeConfig & { readonly ecs_discovered?: boolean })[];
}

/** HTTP settings of a job. */
export interface JobHttp {
  readonly targets: HttpSettings;
  /** Settings of each entry of `http_sd_configs`. */
  readonly discoveries: readonly HttpSettings[];
  /** The `secret_key` of each entry of `aws_sd_configs`. */
  readonly secretKeys: readonly (Secret | undefined)[];
}

const DEFAULT_JOB_HTTP: JobHttp = { targets: DEFAULT_HTTP, discoveries: [], secretKeys: [] };

/** Settings outside of the document that its jobs depend on. */
export interface ScrapeContext {
  /** The path by which jobs ask for the targets of ECS discovery. */
  readonly resultFile: string;
  /** Lookups of ECS discovery; undefined if discovery is off. */
  readonly lookups: ReadonlySet<DiscoveryLookup> | undefined;
  /** The default Region. */
  readonly region: string | undefined;
  /** HTTP settings of each scrape configuration. */
  readonly http: readonly JobHttp[];
  /** Whether a missing job for the discovered targets is worth a warning. */
  readonly expectsJob: boolean;
}

/** The jobs of `document` at `place`, and one for discovered targets that no job takes. */
export function toScrapeJobs(
  document: ScrapeSource,
  context: ScrapeContext,
  place: Place,
  findings: Findings,
): ScrapeJob[] {
  const { resultFile, lookups, expectsJob, http, region } = context;
  const discovering = lookups !== undefined;
  warnOfDocument(document, place, findings);
  const timing = timingOf(document.global);
  const jobs = document.scrape_configs.map((entry, index) => {
    const job = toScrapeJob(entry, document.global, timing, {
      resultFile,
      source: place.source,
      http: http[index] ?? DEFAULT_JOB_HTTP,
      region,
    });
    warnOfJob(entry, job, lookups, below(place, 'scrape_configs', index), findings);
    return job;
  });
  if (!discovering || jobs.some(({ discovered }) => discovered)) return jobs;
  if (expectsJob) {
    const missing = `no scrape configuration reads ${resultFile}; Fargauge adds the job ${JSON.stringify(IMPLICIT_JOB)} for the discovered targets`;
    findings.warn(below(place, 'scrape_configs'), missing);
  }
  return [...jobs, implicitJob(document.global, timing)];
}

interface JobContext extends Pick<ScrapeContext, 'resultFile' | 'region'> {
  readonly source: string;
  readonly http: JobHttp;
}

function toScrapeJob(
  entry: ScrapeSource['scrape_configs'][number],
  global: GlobalSection,
  timing: Timing,
  { resultFile, source, http, region }: JobContext,
): ScrapeJob {
  const files = entry.file_sd_configs;
  return {
    name: entry.job_name,
    scheme: entry.scheme,
    metricsPath: entry.metrics_path.startsWith('/') ? entry.metrics_path : `/${entry.metrics_path}`,
    params: entry.params,
    ...timingOf(entry, timing),
    ...limitsOf(entry, global),
    honorLabels: entry.honor_labels,
    honorTimestamps: entry.honor_timestamps,
    normalizeBounds: normalizesBounds(entry, global),
    history: entry.history,
    wholeMinutes: holdsMinutes(entry, global),
    protocols: toScrapeProtocols(entry, global),
    http: http.targets,
    relabeling: entry.relabel_configs,
    metricRelabeling: entry.metric_relabel_configs,
    discovered:
      entry.ecs_discovered === true || files.some((config) => config.files.includes(resultFile)),
    staticConfigs: entry.static_configs.map(
      ({ targets, labels }): StaticConfig => ({ targets, labels: labelsOf(labels) }),
    ),
    fileDiscoveries: files
      .map((config) => toFileDiscovery(config, resultFile, source))
      .filter(({ patterns }) => patterns.length > 0),
    httpDiscoveries: entry.http_sd_configs.map((config, index) =>
      toHttpDiscovery(config, http.discoveries[index] ?? DEFAULT_HTTP),
    ),
    taskDiscoveries: entry.aws_sd_configs.map((config, index) => {
      const secretKey = http.secretKeys[index];
      return toTaskDiscovery(config, { secretKey, region, relabeling: entry.relabel_configs });
    }),
  };
}

function implicitJob(global: GlobalSection, timing: Timing): ScrapeJob {
  return {
    name: IMPLICIT_JOB,
    scheme: 'http',
    metricsPath: '/metrics',
    params: {},
    ...timing,
    ...limitsOf(global, global),
    honorLabels: false,
    honorTimestamps: true,
    normalizeBounds: normalizesBounds(global, global),
    wholeMinutes: holdsMinutes(global, global),
    protocols: toScrapeProtocols(global, global),
    http: DEFAULT_HTTP,
    relabeling: [],
    metricRelabeling: [],
    discovered: true,
    staticConfigs: [],
    fileDiscoveries: [],
    httpDiscoveries: [],
    taskDiscoveries: [],
  };
}

function limitsOf(entry: GlobalSection | ScrapeConfig, global: GlobalSection) {
  return {
    sampleLimit: entry.sample_limit || global.sample_limit,
    bodySizeLimit: bodySizeLimitOf(entry, global),
    labelLimit: entry.label_limit || global.label_limit,
    labelNameLengthLimit: entry.label_name_length_limit || global.label_name_length_limit,
    labelValueLengthLimit: entry.label_value_length_limit || global.label_value_length_limit,
    targetLimit: entry.target_limit || global.target_limit,
  };
}

function normalizesBounds(
  { normalize_le_and_quantile: own }: GlobalSection | ScrapeConfig,
  { normalize_le_and_quantile: common = true }: GlobalSection,
): boolean {
  return own ?? common;
}

function holdsMinutes(
  { minute_delivery: own }: GlobalSection | ScrapeConfig,
  { minute_delivery: common }: GlobalSection,
): boolean {
  return (own ?? common) === 'complete';
}

/** The collector sets a default limit; an explicit 0 means none. */
function bodySizeLimitOf(
  { body_size_limit: own }: GlobalSection | ScrapeConfig,
  { body_size_limit: common }: GlobalSection,
): number {
  return own || common || (own === 0 || common === 0 ? Number.MAX_SAFE_INTEGER : 0);
}

function timingOf(entry: GlobalSection | ScrapeConfig, fallback?: Timing): Timing {
  const { scrape_interval: intervalMs, scrape_timeout: timeoutMs } = entry;
  return effectiveTiming({ intervalMs, timeoutMs }, fallback);
}
