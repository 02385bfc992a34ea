import * as z from 'zod';
import { isClusterPattern } from '../../model/settings/cluster-selector.ts';
import type { EcsDiscoveryConfig, PortsMode } from '../../model/settings/config.ts';
import { JOB_NAME_LABEL, METRICS_PATH_LABEL, PORT_LABEL } from '../../model/settings/names.ts';
import { blankableText, text } from '../findings/keys.ts';
import { goDuration } from '../values/duration.ts';
import { ecsTarget, regionProblem, targetClusters, toSources } from '../values/ecs-sources.ts';
import { namePattern } from '../values/pattern.ts';
import { ports } from '../values/ports.ts';

/**
 * The agent writes its targets into this file for its Prometheus part. Fargauge writes no file: the name marks the jobs
 * that want the targets.
 */
export const RESULT_FILE = '/tmp/cwagent_ecs_auto_sd.yaml';

/** Default of `sd_frequency`, as in the agent. */
const DEFAULT_FREQUENCY = '1m';

/** Values of `daemon`. */
const DAEMON = ['optional', 'required'] as const;

const LOOKUPS = ['services', 'cluster_tags', 'public_ips'] as const;

/** Keys that `task_definition_list` and `service_name_list_for_tasks` share. */
const portsShape = {
  sd_metrics_ports: ports.describe('Container ports, separated by ";".'),
  sd_container_name_pattern: namePattern
    .optional()
    .describe('Only containers whose name it matches. RE2, unanchored.'),
  sd_metrics_path: blankableText.optional().describe('Path; else the metrics_path of the job.'),
  sd_job_name: blankableText.optional().describe('Label job; else the job_name of the job.'),
};

export const service = z.strictObject({
  sd_service_name_pattern: namePattern.describe('Matches names of services. RE2, unanchored.'),
  ...portsShape,
});

export const taskDefinition = z.strictObject({
  sd_task_definition_arn_pattern: namePattern.describe(
    'Matches ARNs of task definitions. RE2, unanchored.',
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
      .describe('Time for which the list of tasks is reused, such as "1m30s".'),
    sd_target_cluster: targetClusters
      .optional()
      .describe('Name, ARN or pattern such as "prod-*", or a list; else FARGAUGE_CLUSTER.'),
    sd_cluster_region: text.optional().describe('Region of sd_target_cluster.'),
    sd_targets: z
      .array(ecsTarget)
      .default([])
      .describe('Clusters of other Regions and accounts, in addition to sd_target_cluster.'),
    sd_lookups: z
      .array(z.enum(LOOKUPS, `one of ${LOOKUPS.join(', ')}`))
      .default([])
      .describe(
        'Further calls of the APIs: services gives __meta_ecs_service_status and __meta_ecs_tag_service_*, cluster_tags gives __meta_ecs_tag_cluster_*, public_ips gives __meta_ecs_public_ip of awsvpc tasks.',
      ),
    sd_result_file: text
      .default(RESULT_FILE)
      .describe('Name by which file_sd_configs asks for the discovered targets.'),
    docker_label: dockerLabel
      .optional()
      .describe(
        'Selects containers whose docker labels name the port and path of their metrics; {} takes the default names of the labels.',
      ),
    task_definition_list: z
      .array(taskDefinition)
      .default([])
      .describe('Selects containers by the ARN of their task definition.'),
    service_name_list_for_tasks: z
      .array(service)
      .default([])
      .describe('Selects containers by the name of the service of their task.'),
    daemon: z
      .enum(DAEMON, `one of ${DAEMON.join(', ')}`)
      .default('optional')
      .describe('required: reports Managed Instances without a daemon by name.'),
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

/** Whether the section turns any way of finding targets on. Without one, discovery is off, as in the agent. */
export function discovers(section: EcsServiceDiscovery): boolean {
  return (
    section.docker_label !== undefined ||
    section.task_definition_list.length > 0 ||
    section.service_name_list_for_tasks.length > 0
  );
}

/** All cluster selectors of the section, in its order, or `fallback` if the section has none. */
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
 * The discovery settings of the section. `fallback` is the cluster and `region` the Region if the section names none.
 * @returns undefined without any cluster
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
    requiresDaemon: section.daemon === 'required',
  };
}

/** The clusters outside of `sd_targets`. */
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
