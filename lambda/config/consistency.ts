import { isAuthority } from '../model/settings/address.ts';
import { parsePrometheusDuration } from '../model/settings/duration.ts';
import { ENV } from '../model/settings/names.ts';
import { RESULT_FILE } from './agent/ecs-discovery.ts';
import type { Findings } from './findings/findings.ts';
import { describeGiven } from './findings/given.ts';
import { listOf, lookup } from './findings/lookup.ts';
import { below, formatPath, type Path, type Place } from './findings/place.ts';
import { checkHttpClient } from './http/consistency.ts';
import { IMPLICIT_JOB } from './prometheus/scrape-jobs.ts';
import { effectiveTiming, type Timing } from './prometheus/scrape-timing.ts';
import { FILES, isFilePattern } from './prometheus/service-discovery.ts';
import type { Surroundings } from './sources/request.ts';
import { TARGET } from './values/address.ts';

const HOST_AND_PORT = /^[a-z\d.-]+:(\d+)$/i;
const LAST_PORT = 65_535;

/** A part of the configuration as its author wrote it, with its wrong values. */
export interface Part {
  readonly place: Place;
  readonly value: unknown;
}

/** The configuration as its author wrote it. */
export interface Draft {
  /** The part with `ecs_service_discovery`. */
  readonly settings: Part;
  /** The part with `scrape_configs`; absent if it could not be read. */
  readonly prometheus: Part | undefined;
  /** Whether a missing log group outside of ECS is an error, as it is for the agent. */
  readonly needsLogGroup: boolean;
  readonly surroundings: Surroundings;
}

type ClusterSources = Pick<Draft, 'settings' | 'surroundings'>;

/**
 * Checks across keys and documents. It reads the documents as written, so that Fargauge reports these errors together
 * with those of single values, and skips wrong values.
 */
export function checkConsistency(draft: Draft, findings: Findings): void {
  checkCluster(draft, findings);
  checkLogGroup(draft, findings);
  if (draft.prometheus === undefined) return;
  checkTiming(draft.prometheus, findings);
  checkJobNames(draft.prometheus, draft.settings, findings);
  checkFiles(draft.prometheus, draft.settings, findings);
  checkTargets(draft.prometheus, findings);
  for (const [index, entry] of jobsOf(draft.prometheus.value).entries()) {
    const job = below(draft.prometheus.place, 'scrape_configs', index);
    checkHttpClient(entry, job, findings);
    for (const [at, source] of listOf(lookup(entry, 'http_sd_configs')).entries()) {
      checkHttpClient(source, below(job, 'http_sd_configs', at), findings);
    }
  }
}

/** The same checks for the receivers of a native document. */
export function checkReceivers({ place, value }: Part, findings: Findings): void {
  for (const key of ['outputs', 'remote_write']) {
    for (const [index, entry] of listOf(lookup(value, key)).entries()) {
      checkHttpClient(entry, below(place, key, index), findings);
    }
  }
}

function checkCluster({ settings, surroundings }: ClusterSources, findings: Findings): void {
  if (knowsCluster({ settings, surroundings }) || !isDiscovering(settings)) return;
  const place = below(settings.place, 'ecs_service_discovery', 'sd_target_cluster');
  const expected = `the name or ARN of a cluster, here, in cluster_name or in the environment variable ${ENV.cluster}`;
  findings.reject(place, expected, 'nothing');
}

function checkLogGroup(draft: Draft, findings: Findings): void {
  const { settings, surroundings, needsLogGroup } = draft;
  if (typeof settings.value !== 'object') return;
  const named = isSet(settings, 'log_group_name') || surroundings.logGroup !== undefined;
  // Discovery without a cluster is an error of its own, with the same remedy.
  if (named || !needsLogGroup || knowsCluster(draft) || isDiscovering(settings)) return;
  const expected = `a log group, here or in the environment variable ${ENV.logGroup}, because without a cluster there is no default`;
  findings.reject(below(settings.place, 'log_group_name'), expected, 'nothing');
}

function checkTiming({ place, value }: Part, findings: Findings): void {
  const global = checkTimingAt(place, lookup(value, 'global'), ['global'], undefined, findings);
  for (const [index, entry] of jobsOf(value).entries()) {
    // The timing of a job that inherits a wrong value is unknown.
    if (global === undefined && lookup(entry, 'scrape_interval') === undefined) continue;
    checkTimingAt(place, entry, ['scrape_configs', index], global, findings);
  }
}

/** Returns the timing in effect; undefined if a value is not a duration, which was reported before. */
function checkTimingAt(
  root: Place,
  section: unknown,
  path: Path,
  fallback: Timing | undefined,
  findings: Findings,
): Timing | undefined {
  const [interval, timeout] = ['scrape_interval', 'scrape_timeout'].map((key) =>
    lookup(section, key),
  );
  const intervalMs = durationOf(interval);
  const timeoutMs = durationOf(timeout);
  if (Number.isNaN(intervalMs) || Number.isNaN(timeoutMs)) return undefined;
  const timing = effectiveTiming({ intervalMs, timeoutMs }, fallback);
  if (timing.timeoutMs > timing.intervalMs) {
    const expected = `at most the scrape_interval of ${timing.intervalMs / 1_000} s`;
    findings.reject(below(root, ...path, 'scrape_timeout'), expected, describeGiven(timeout));
  }
  return timing;
}

function durationOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? (parsePrometheusDuration(value) ?? Number.NaN) : Number.NaN;
}

function checkJobNames({ place, value }: Part, settings: Part, findings: Findings): void {
  const first = new Map<string, number>();
  const jobs = jobsOf(value);
  const resultFile = resultFileOf(settings);
  const implicit = isDiscovering(settings) && !jobs.some((job) => readsDiscovery(job, resultFile));
  for (const [index, entry] of jobs.entries()) {
    const name = lookup(entry, 'job_name');
    if (typeof name !== 'string') continue;
    const here = below(place, 'scrape_configs', index, 'job_name');
    const earlier = first.get(name);
    if (earlier !== undefined) {
      const taken = formatPath(['scrape_configs', earlier]);
      findings.reject(here, `a name other than that of ${taken}`, describeGiven(name));
    } else if (implicit && name === IMPLICIT_JOB) {
      const expected =
        'a name other than that of the job added for the targets of ecs_service_discovery';
      findings.reject(here, expected, describeGiven(name));
    } else {
      first.set(name, index);
    }
  }
}

function checkFiles({ place, value }: Part, settings: Part, findings: Findings): void {
  const resultFile = resultFileOf(settings);
  for (const [job, entry] of jobsOf(value).entries()) {
    for (const [group, config] of listOf(lookup(entry, 'file_sd_configs')).entries()) {
      for (const [index, file] of listOf(lookup(config, 'files')).entries()) {
        if (typeof file !== 'string' || file === '' || file === resultFile) continue;
        if (isFilePattern(file)) continue;
        const path = ['scrape_configs', job, 'file_sd_configs', group, 'files', index];
        findings.reject(below(place, ...path), FILES, describeGiven(file));
      }
    }
  }
}

/** As in Prometheus, `relabel_configs` may turn any text into an address, so only targets of jobs without them are checked. */
function checkTargets({ place, value }: Part, findings: Findings): void {
  for (const [job, entry] of jobsOf(value).entries()) {
    if (listOf(lookup(entry, 'relabel_configs')).length > 0) continue;
    for (const [group, config] of listOf(lookup(entry, 'static_configs')).entries()) {
      for (const [index, target] of listOf(lookup(config, 'targets')).entries()) {
        // A target that is not a string was reported before.
        if (typeof target !== 'string' || target === '' || isAuthority(target)) continue;
        const at = below(place, 'scrape_configs', job, 'static_configs', group, 'targets', index);
        // Prometheus accepts such a port, and one bad target must not stop the scrape of the others.
        if (Number(HOST_AND_PORT.exec(target)?.[1]) > LAST_PORT) {
          findings.warn(
            at,
            `has a port above ${LAST_PORT}, so Fargauge leaves the target out as bad_address`,
          );
        } else {
          findings.reject(at, TARGET, describeGiven(target));
        }
      }
    }
  }
}

function knowsCluster({ settings, surroundings }: ClusterSources): boolean {
  return (
    surroundings.cluster !== undefined ||
    isSet(settings, 'cluster_name') ||
    isSet(settings, 'ecs_service_discovery', 'sd_target_cluster') ||
    listOf(lookup(settings.value, 'ecs_service_discovery', 'sd_targets')).length > 0
  );
}

function isDiscovering({ value }: Part): boolean {
  const section = lookup(value, 'ecs_service_discovery');
  return (
    lookup(section, 'docker_label') !== undefined ||
    listOf(lookup(section, 'task_definition_list')).length > 0 ||
    listOf(lookup(section, 'service_name_list_for_tasks')).length > 0
  );
}

function readsDiscovery(job: unknown, resultFile: string): boolean {
  if (lookup(job, 'ecs_discovered') === true) return true;
  const groups = listOf(lookup(job, 'file_sd_configs'));
  return groups.some((group) => listOf(lookup(group, 'files')).includes(resultFile));
}

function resultFileOf(settings: Part): string {
  const configured = lookup(settings.value, 'ecs_service_discovery', 'sd_result_file');
  return typeof configured === 'string' ? configured : RESULT_FILE;
}

function jobsOf(value: unknown): readonly unknown[] {
  return listOf(lookup(value, 'scrape_configs'));
}

function isSet({ value }: Part, ...path: Path): boolean {
  const found = lookup(value, ...path);
  return found !== undefined && found !== '';
}
