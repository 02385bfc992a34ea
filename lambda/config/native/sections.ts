import { clusterNameOf, isClusterPattern } from '../../model/settings/cluster-selector.ts';
import type { Config } from '../../model/settings/config.ts';
import { isDimensionName } from '../../model/settings/dimension.ts';
import {
  clusterSelectors,
  discovers,
  RESULT_FILE,
  toDiscoveryConfig,
} from '../agent/ecs-discovery.ts';
import { toEmfConfig, toSeriesConfig } from '../agent/emf-processor.ts';
import type { Settings } from '../agent/settings.ts';
import type { Findings } from '../findings/findings.ts';
import { describeGiven } from '../findings/given.ts';
import { below, type Place } from '../findings/place.ts';
import { type JobHttp, type ScrapeSource, toScrapeJobs } from '../prometheus/scrape-jobs.ts';
import type { Surroundings } from '../sources/request.ts';

/** The agent's log group on ECS. */
const ECS_LOG_GROUP = '/aws/ecs/containerinsights/{ClusterName}/prometheus';

/** The log group of a configuration that names no cluster. */
const CLUSTERLESS_LOG_GROUP = '/fargauge';

/** The checked parts of a configuration, with their places for warnings. */
export interface Sections {
  readonly settings: Settings;
  readonly settingsPlace: Place;
  readonly prometheus: ScrapeSource;
  readonly prometheusPlace: Place;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  /** Of each scrape configuration. */
  readonly http: readonly JobHttp[];
  /** Whether the Prometheus part should have a job for the discovered targets, as the agent needs one. */
  readonly expectsJob: boolean;
}

/** Makes one configuration of valid and consistent parts. */
export function toConfig(
  sections: Sections,
  surroundings: Surroundings,
  findings: Findings,
): Omit<Config, 'source' | 'warnings' | 'outputs'> {
  const { settings, settingsPlace, prometheus, prometheusPlace, region, endpoint } = sections;
  const clusterName = clusterNameFor(settings, surroundings);
  const discovery = discoveryFor(sections, surroundings, findings);
  const context = {
    resultFile: settings.ecs_service_discovery?.sd_result_file ?? RESULT_FILE,
    lookups: discovery?.lookups,
    region,
    expectsJob: sections.expectsJob,
    http: sections.http,
  };
  const jobs = toScrapeJobs(prometheus, context, prometheusPlace, findings);
  if (jobs.length === 0) {
    findings.warn(
      below(prometheusPlace, 'scrape_configs'),
      'is empty, so there is nothing to scrape',
    );
  }
  const isEcs = clusterName !== undefined || discovery !== undefined;
  const emfContext = { extractionDisabled: settings.disable_metric_extraction, ecs: isEcs };
  const emfPlace = below(settingsPlace, 'emf_processor');
  warnOfDimensions(settings, emfPlace, findings);
  return {
    clusterName,
    logs: { group: logGroupFor(settings, surroundings, isEcs), region, endpoint },
    discovery,
    jobs,
    series: toSeriesConfig(settings.emf_processor),
    emf: toEmfConfig(settings.emf_processor, emfContext, emfPlace, findings),
  };
}

/** Warns of dimension sets that publish nothing. */
function warnOfDimensions(
  { emf_processor: processor }: Settings,
  place: Place,
  findings: Findings,
) {
  for (const [index, { dimensions }] of (processor?.metric_declaration ?? []).entries()) {
    for (const [number, names] of dimensions.entries()) {
      const refused = names.filter((name) => !isDimensionName(name)).map(describeGiven);
      if (refused.length === 0) continue;
      const at = below(place, 'metric_declaration', index, 'dimensions', number);
      const text = `publishes nothing, because CloudWatch accepts no dimension with the name ${refused.join(', ')}`;
      findings.warn(at, text);
    }
  }
}

/**
 * The value of the label ClusterName: `cluster_name`, else the one cluster that is collected. With several clusters
 * each target has its own.
 */
function clusterNameFor(settings: Settings, { cluster }: Surroundings): string | undefined {
  if (settings.cluster_name !== undefined) return settings.cluster_name;
  const section = settings.ecs_service_discovery;
  const selectors = section === undefined ? [] : clusterSelectors(section, undefined);
  const own = selectors.length === 1 ? selectors[0] : undefined;
  const known = [cluster, own].find((name) => name !== undefined && !isClusterPattern(name));
  return known === undefined ? undefined : clusterNameOf(known);
}

function discoveryFor(
  { settings, settingsPlace, region }: Sections,
  { cluster }: Surroundings,
  findings: Findings,
): Config['discovery'] {
  const section = settings.ecs_service_discovery;
  if (section === undefined) return undefined;
  if (!discovers(section)) {
    const reason =
      'discovers nothing without docker_label, task_definition_list or service_name_list_for_tasks';
    findings.warn(below(settingsPlace, 'ecs_service_discovery'), reason);
    return undefined;
  }
  return toDiscoveryConfig(section, cluster ?? settings.cluster_name, region);
}

function logGroupFor(settings: Settings, { logGroup }: Surroundings, isEcs: boolean): string {
  const fallback = isEcs ? ECS_LOG_GROUP : CLUSTERLESS_LOG_GROUP;
  return settings.log_group_name ?? logGroup ?? fallback;
}
