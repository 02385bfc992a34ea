import * as z from 'zod';
import { isClusterPattern } from '../../model/settings/cluster-selector.ts';
import type { EcsDiscoveryConfig, PortsMode } from '../../model/settings/config.ts';
import { JOB_NAME_LABEL, METRICS_PATH_LABEL, PORT_LABEL } from '../../model/settings/names.ts';
import { blankableText, text } from '../findings/keys.ts';
import { goDuration } from '../values/duration.ts';
import { ecsTarget, regionProblem, targetClusters, toSources } from '../values/ecs-sources.ts';
import { pattern } from '../values/pattern.ts';
import { ports } from '../values/ports.ts';

/** Where the agent hands its targets to its Prometheus part; here only a name by which a job asks for them. */
export const RESULT_FILE = '/tmp/cwagent_ecs_auto_sd.yaml';

/** `sd_frequency` of the agent where there is none. */
const DEFAULT_FREQUENCY = '1m';

const LOOKUPS = ['services', 'cluster_tags', 'public_ips'] as const;

/** Keys that entries of `task_definition_list` and `service_name_list_for_tasks` have in common. */
const portsShape = {
  sd_metrics_ports: ports.describe('Container ports, separated by ";".'),
  sd_container_name_pattern: pattern.optional().describe('Only containers whose name it finds.'),
  sd_metrics_path: blankableText.optional().describe('Path; else the metrics_path of the job.'),
  sd_job_name: blankableText.optional().describe('Label job; else the job_name of the job.'),
};

export const service = z.strictObject({
  sd_service_name_pattern: pattern.describe('Finds names of services. RE2, unanchored.'),
  ...portsShape,
});

export const taskDefinition = z.strictObject({
  sd_task_definition_arn_pattern: pattern.describe(
    'Finds ARNs of task definitions. RE2, unanchored.',
  ),
  ...portsShape,
});

export const dockerLabel = z.strictObject({
  sd_port_label: text.default(PORT_LABEL),
  sd_metrics_path_label: text.default(METRICS_PATH_LABEL),
  sd_job_name_label: text.default(JOB_NAME_LABEL),
});

/** Schema of `ecs_service_discovery`. */
export const ecsServiceDiscovery = z
  .strictObject({
    sd_frequency: goDuration
      .prefault(DEFAULT_FREQUENCY)
      .describe('How long the list of tasks is good for, such as "1m30s".'),
    sd_target_cluster: targetClusters
      .optional()
      .describe('Name, ARN or pattern such as "prod-*", or a list; else FARGAUGE_CLUSTER.'),
    sd_cluster_region: text.optional().describe('Region of sd_target_cluster.'),
    sd_targets: z
      .array(ecsTarget)
      .default([])
      .describe('Clusters of other Regions and accounts, beside sd_target_cluster.'),
    sd_lookups: z
      .array(z.enum(LOOKUPS, `one of ${LOOKUPS.join(', ')}`))
      .default([])
      .describe(
        'What is asked for __meta_ecs_service_status and __meta_ecs_tag_service_*, __meta_ecs_tag_cluster_*, and __meta_ecs_public_ip of awsvpc tasks.',
      ),
    sd_result_file: text
      .default(RESULT_FILE)
      .describe('Name by which file_sd_configs asks for the discovered targets.'),
    docker_label: dockerLabel
      .optional()
      .describe('Containers that say by docker labels where their metrics are; {} is on.'),
    task_definition_list: z
      .array(taskDefinition)
      .default([])
      .describe('Containers, by the ARN of their task definition.'),
    service_name_list_for_tasks: z
      .array(service)
      .default([])
      .describe('Containers, by the name of the service that their task belongs to.'),
  })
  .superRefine(({ sd_target_cluster: clusters = [], sd_cluster_region: region }, context) => {
    const isList = typeof clusters !== 'string';
    for (const [index, cluster] of (isList ? clusters : [clusters]).entries()) {
      const message = regionProblem(cluster, region);
      const path = ['sd_target_cluster', ...(isList ? [index] : [])];
      if (message !== undefined)
        context.addIssue({ code: 'custom', path, message, input: cluster });
    }
  });

export type EcsServiceDiscovery = z.output<typeof ecsServiceDiscovery>;

/** Whether any way of finding targets is on; as with the agent, discovery is off where none is. */
export function discovers(section: EcsServiceDiscovery): boolean {
  return (
    section.docker_label !== undefined ||
    section.task_definition_list.length > 0 ||
    section.service_name_list_for_tasks.length > 0
  );
}

/** All that selects clusters, in the order of the section; `fallback` is what surrounds it, where it names none. */
export function clusterSelectors(
  { sd_target_cluster: clusters, sd_targets: targets }: EcsServiceDiscovery,
  fallback: string | undefined,
): string[] {
  return [
    ...ownClusters(clusters, targets, fallback),
    ...targets.flatMap((entry) => entry.clusters),
  ];
}

/**
 * The discovery that the section means: of the cluster `fallback` where it names none itself, in `region` where
 * nothing else names one. Undefined where there is no cluster at all.
 */
export function toDiscoveryConfig(
  section: EcsServiceDiscovery,
  fallback: string | undefined,
  region: string | undefined,
): EcsDiscoveryConfig | undefined {
  const { docker_label: label, sd_targets: targets } = section;
  const selectors = clusterSelectors(section, fallback);
  if (selectors.length === 0) return undefined;
  const clusters = ownClusters(section.sd_target_cluster, targets, fallback);
  return {
    sources: toSources({ clusters, region: section.sd_cluster_region, targets }, region),
    labelsCluster: selectors.length > 1 || selectors.some(isClusterPattern),
    refreshMs: section.sd_frequency,
    lookups: new Set(section.sd_lookups),
    services: section.service_name_list_for_tasks.map((entry) => ({
      namePattern: entry.sd_service_name_pattern,
      ...toPortsMode(entry),
    })),
    dockerLabel: label && {
      portLabel: label.sd_port_label,
      metricsPathLabel: label.sd_metrics_path_label,
      jobNameLabel: label.sd_job_name_label,
    },
    taskDefinitions: section.task_definition_list.map((entry) => ({
      arnPattern: entry.sd_task_definition_arn_pattern,
      ...toPortsMode(entry),
    })),
  };
}

/** The clusters that are not in `sd_targets`. */
function ownClusters(
  clusters: EcsServiceDiscovery['sd_target_cluster'],
  targets: EcsServiceDiscovery['sd_targets'],
  fallback: string | undefined,
): readonly string[] {
  if (clusters !== undefined) return typeof clusters === 'string' ? [clusters] : clusters;
  return targets.length > 0 || fallback === undefined ? [] : [fallback];
}

function toPortsMode(entry: Omit<z.output<typeof service>, 'sd_service_name_pattern'>): PortsMode {
  return {
    containerNamePattern: entry.sd_container_name_pattern,
    ports: entry.sd_metrics_ports,
    metricsPath: entry.sd_metrics_path,
    jobName: entry.sd_job_name,
  };
}
