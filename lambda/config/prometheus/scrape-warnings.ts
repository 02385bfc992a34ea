import type { DiscoveryLookup, ScrapeJob } from '../../model/settings/config.ts';
import type { Findings } from '../findings/findings.ts';
import { below, type Place } from '../findings/place.ts';
import { warnOfKeys } from '../findings/without-effect.ts';
import { AWS_SD_WITHOUT_EFFECT } from './aws-discovery.ts';
import { namedLookups } from './meta-lookups.ts';
import {
  GLOBAL_WITHOUT_EFFECT,
  type GlobalSection,
  JOB_WITHOUT_EFFECT,
  PROMETHEUS_WITHOUT_EFFECT,
  type PrometheusDocument,
  type ScrapeConfig,
} from './prometheus.ts';
import { warnOfProtocols } from './scrape-protocols.ts';
import { DEFAULT_SCRAPE_INTERVAL_MS } from './scrape-timing.ts';

/** Warns of keys beside the jobs of a Prometheus document that have no effect. */
export function warnOfDocument(
  document: PrometheusDocument,
  place: Place,
  findings: Findings,
): void {
  const { global } = document;
  const globalPlace = below(place, 'global');
  warnOfKeys(document, PROMETHEUS_WITHOUT_EFFECT, place, findings);
  warnOfKeys(global, GLOBAL_WITHOUT_EFFECT, globalPlace, findings);
  warnOfInterval(global, globalPlace, findings);
  warnOfBodySize(global, globalPlace, findings);
  warnOfProtocols(global, globalPlace, findings);
}

/**
 * Warns of keys of a job that have no effect.
 * @param lookups lookups of ECS discovery; undefined if discovery is off
 */
export function warnOfJob(
  entry: ScrapeConfig,
  job: ScrapeJob,
  lookups: ReadonlySet<DiscoveryLookup> | undefined,
  place: Place,
  findings: Findings,
): void {
  warnOfKeys(entry, JOB_WITHOUT_EFFECT, place, findings);
  for (const [index, source] of entry.aws_sd_configs.entries()) {
    warnOfKeys(source, AWS_SD_WITHOUT_EFFECT, below(place, 'aws_sd_configs', index), findings);
  }
  warnOfInterval(entry, place, findings);
  warnOfBodySize(entry, place, findings);
  warnOfProtocols(entry, place, findings);
  if (entry.history === false && entry.minute_delivery === 'complete') {
    findings.warn(below(place, 'minute_delivery'), 'has no effect with history: false');
  }
  warnOfEmptyGroups(entry, place, findings);
  const targets =
    job.staticConfigs.some((group) => group.targets.length > 0) ||
    job.fileDiscoveries.length + job.httpDiscoveries.length + job.taskDiscoveries.length > 0;
  if (job.discovered && lookups !== undefined) {
    warnOfLookups(job, lookups, place, findings);
  } else if (job.discovered) {
    findings.warn(place, 'reads the targets of ecs_service_discovery, which is off');
  } else if (!targets) {
    findings.warn(place, 'has no targets');
  }
}

/** Warns of groups without targets. As in Prometheus, their labels do not apply to other targets of the job. */
function warnOfEmptyGroups(
  { static_configs: groups }: ScrapeConfig,
  place: Place,
  findings: Findings,
): void {
  for (const [index, { targets, labels }] of groups.entries()) {
    if (targets.length > 0) continue;
    const names = Object.keys(labels);
    const what =
      names.length > 0 ? `no targets to give its labels to (${names.join(', ')})` : 'no targets';
    findings.warn(below(place, 'static_configs', index), `has ${what}, so it has no effect`);
  }
}

/** Warns of labels that rules read and that no lookup provides. */
function warnOfLookups(
  { relabeling, taskDiscoveries }: ScrapeJob,
  lookups: ReadonlySet<DiscoveryLookup>,
  place: Place,
  findings: Findings,
): void {
  // `aws_sd_configs` looks up every label that a rule reads.
  if (taskDiscoveries.length > 0) return;
  for (const [index, rule] of relabeling.entries()) {
    for (const [label, lookup] of namedLookups(rule)) {
      if (lookups.has(lookup)) continue;
      const text = `reads ${label}, which needs ${lookup} among the sd_lookups of ecs_service_discovery`;
      findings.warn(below(place, 'relabel_configs', index, 'source_labels'), text);
    }
  }
}

function warnOfBodySize(
  { body_size_limit: bytes }: GlobalSection | ScrapeConfig,
  place: Place,
  findings: Findings,
): void {
  if (bytes !== 0) return;
  const text = 'sets no limit; the memory of the collector still bounds all bodies together';
  findings.warn(below(place, 'body_size_limit'), text);
}

function warnOfInterval(
  { scrape_interval: intervalMs }: GlobalSection | ScrapeConfig,
  place: Place,
  findings: Findings,
): void {
  if (intervalMs === undefined || intervalMs === 0 || intervalMs === DEFAULT_SCRAPE_INTERVAL_MS)
    return;
  const text =
    'only bounds scrape_timeout: the schedule of the collector decides how often targets are scraped';
  findings.warn(below(place, 'scrape_interval'), text);
}
