import { relabel } from '../model/samples/relabel.ts';
import { type Labels, labelsOf } from '../model/samples/sample.ts';
import { isAuthority } from '../model/settings/address.ts';
import type { ScrapeJob } from '../model/settings/config.ts';
import { formatPrometheusDuration, parsePrometheusDuration } from '../model/settings/duration.ts';
import { SIDECAR_JOB } from '../model/settings/names.ts';
import type { SkipReason } from '../model/targets/left-out.ts';
import type { ScrapeLimits, Target } from '../model/targets/target.ts';
import { type FoundTarget, METRICS_PATH, SCHEME } from './found/target.ts';

/** Labels that decide how a target is scraped; relabeling can change them. */
const ADDRESS = '__address__';
const INTERVAL = '__scrape_interval__';
const TIMEOUT = '__scrape_timeout__';
const PARAM_PREFIX = '__param_';

/** The settings that a target does not share with its job. */
export type OwnSettings = Pick<
  Target,
  'id' | 'job' | 'url' | 'labels' | 'startedAt' | 'overLimit'
> &
  Pick<ScrapeLimits, 'timeoutMs'>;

/**
 * The target that a job makes of an address, or the reason why it makes none. As in Prometheus, labels of the address
 * override the job's settings, and relabeling overrides both.
 */
export function toTarget(found: FoundTarget, job: ScrapeJob): Target | SkipReason {
  const labels = relabel(discoveredLabels(found, job), job.relabeling);
  if (labels === undefined) return 'relabeled';
  const address = labels[ADDRESS];
  if (address === undefined) return 'no_address';
  const url = urlOf(address, labels, job);
  if (url === undefined) return 'bad_address';
  const timeoutMs = timeoutOf(labels);
  if (timeoutMs === undefined) return 'bad_timing';
  const visible = Object.entries(labels).filter(([name]) => !name.startsWith('__'));
  const own = labelsOf({ instance: address }, Object.fromEntries(visible));
  const name = own.job ?? job.name;
  return targetOf(job, {
    id: `${name} ${url}`,
    job: name,
    url,
    labels: own,
    timeoutMs,
    startedAt: found.startedAt,
  });
}

/** A target with the settings of its job and its own. */
export function targetOf(job: ScrapeJob, { timeoutMs, ...own }: OwnSettings): Target {
  return {
    ...own,
    limits: {
      timeoutMs,
      bodyBytes: job.bodySizeLimit,
      samples: job.sampleLimit,
      labels: job.labelLimit,
      labelNameBytes: job.labelNameLengthLimit,
      labelValueBytes: job.labelValueLengthLimit,
    },
    honorLabels: job.honorLabels,
    honorTimestamps: job.honorTimestamps,
    normalizeBounds: job.normalizeBounds,
    history: job.history ?? own.job === SIDECAR_JOB,
    wholeMinutes: job.wholeMinutes,
    protocols: job.protocols,
    http: job.http,
    metricRelabeling: job.metricRelabeling,
  };
}

/** The targets of one job, each marked as failed if they exceed its `target_limit`. */
export function withinLimit(
  targets: readonly Target[],
  { targetLimit }: ScrapeJob,
): readonly Target[] {
  if (targetLimit === 0 || targets.length <= targetLimit) return targets;
  const overLimit = `expected at most ${targetLimit} targets in the job (target_limit), got ${targets.length}`;
  return targets.map((target) => ({ ...target, overLimit }));
}

/** The labels before relabeling: PopulateDiscoveredLabels of Prometheus, scrape/target.go. */
export function discoveredLabels(
  { address, labels }: Pick<FoundTarget, 'address' | 'labels'>,
  job: ScrapeJob,
): Labels {
  const params = Object.entries(job.params).map(([name, [first = '']]) => [
    PARAM_PREFIX + name,
    first,
  ]);
  const ofJob = {
    job: job.name,
    [INTERVAL]: formatPrometheusDuration(job.intervalMs),
    [TIMEOUT]: formatPrometheusDuration(job.timeoutMs),
    [METRICS_PATH]: job.metricsPath,
    [SCHEME]: job.scheme,
    ...Object.fromEntries(params.filter(([, first]) => first !== '')),
  };
  return labelsOf(ofJob, labels, { [ADDRESS]: address });
}

/** Milliseconds; undefined if relabeling left a timing that Prometheus would refuse. */
function timeoutOf({
  [INTERVAL]: interval = '',
  [TIMEOUT]: timeout = '',
}: Labels): number | undefined {
  const intervalMs = parsePrometheusDuration(interval);
  const timeoutMs = parsePrometheusDuration(timeout);
  return intervalMs && timeoutMs && timeoutMs <= intervalMs ? timeoutMs : undefined;
}

/** Undefined if the labels make no valid URL. */
function urlOf(address: string, labels: Labels, job: ScrapeJob): string | undefined {
  const { [SCHEME]: scheme = '', [METRICS_PATH]: path = '/' } = labels;
  if (!/^https?$/.test(scheme) || !isAuthority(address)) return undefined;
  const url = new URL(`${scheme}://${address}${path.startsWith('/') ? '' : '/'}${path}`);
  const query = queryOf(labels, job).toString();
  if (query !== '') url.search += `${url.search === '' ? '?' : '&'}${query}`;
  return url.href;
}

/** The job's parameters, each with the current value of its label first; sorted, as in Prometheus. */
function queryOf(labels: Labels, { params }: ScrapeJob): URLSearchParams {
  const values = new Map(Object.entries(params));
  for (const [label, value] of Object.entries(labels)) {
    if (!label.startsWith(PARAM_PREFIX)) continue;
    const name = label.slice(PARAM_PREFIX.length);
    values.set(name, [value, ...(values.get(name) ?? []).slice(1)]);
  }
  const query = new URLSearchParams();
  for (const [name, all] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const value of all) query.append(name, value);
  }
  return query;
}
