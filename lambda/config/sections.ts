import type { Config } from '../model/config.ts';
import { discovers, RESULT_FILE, toDiscoveryConfig } from './ecs-discovery.ts';
import { toEmfConfig } from './emf-processor.ts';
import type { Findings } from './findings.ts';
import { below, type Place } from './place.ts';
import type { Surroundings } from './request.ts';
import { type JobHttp, type ScrapeSource, toScrapeJobs } from './scrape-jobs.ts';
import type { Settings } from './settings.ts';

/** The agent's log group on ECS. */
const ECS_LOG_GROUP = '/aws/ecs/containerinsights/{ClusterName}/prometheus';

/** The log group where there is no cluster to name one after. */
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

/** Makes one configuration of its parts, each of which is right and consistent with the others. */
export function toConfig(
  sections: Sections,
  surroundings: Surroundings,
  findings: Findings,
): Omit<Config, 'source' | 'warnings'> {
  const { settings, settingsPlace, prometheus, prometheusPlace, region, endpoint } = sections;
  const clusterName = clusterNameFor(settings, surroundings);
  const discovery = discoveryFor(sections, surroundings, findings);
  const context = {
    resultFile: settings.ecs_service_discovery?.sd_result_file ?? RESULT_FILE,
    discovering: discovery !== undefined,
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
  const emfContext = {
    extractionDisabled: settings.disable_metric_extraction,
    ecs: clusterName !== undefined,
  };
  const emfPlace = below(settingsPlace, 'emf_processor');
  return {
    clusterName,
    logs: { group: logGroupFor(settings, surroundings, clusterName), region, endpoint },
    discovery,
    jobs,
    emf: toEmfConfig(settings.emf_processor, emfContext, emfPlace, findings),
  };
}

/** The agent takes the cluster that it runs in; a collector outside of it takes the one that it is about. */
function clusterNameFor(settings: Settings, { cluster }: Surroundings): string | undefined {
  if (settings.cluster_name !== undefined) return settings.cluster_name;
  const known = cluster ?? settings.ecs_service_discovery?.sd_target_cluster;
  // Of an ARN such as arn:aws:ecs:eu-west-1:123456789012:cluster/shop the part after the last slash.
  return known?.slice(known.lastIndexOf('/') + 1);
}

function discoveryFor(
  { settings, settingsPlace, region }: Sections,
  { cluster }: Surroundings,
  findings: Findings,
): Config['discovery'] {
  const section = settings.ecs_service_discovery;
  if (section === undefined) return undefined;
  if (!discovers(section)) {
    const reason = 'has neither docker_label nor task_definition_list, so nothing is discovered';
    findings.warn(below(settingsPlace, 'ecs_service_discovery'), reason);
    return undefined;
  }
  const target = section.sd_target_cluster ?? cluster ?? settings.cluster_name;
  return target === undefined ? undefined : toDiscoveryConfig(section, target, region);
}

function logGroupFor(
  settings: Settings,
  { logGroup }: Surroundings,
  clusterName: string | undefined,
): string {
  const fallback = clusterName === undefined ? CLUSTERLESS_LOG_GROUP : ECS_LOG_GROUP;
  return settings.log_group_name ?? logGroup ?? fallback;
}
