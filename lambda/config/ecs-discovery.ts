import * as z from 'zod';
import type { EcsDiscoveryConfig, TaskDefinitionMode } from '../model/config.ts';
import { JOB_NAME_LABEL, METRICS_PATH_LABEL, PORT_LABEL } from '../model/names.ts';
import { goDuration } from './duration.ts';
import { blankableText, notYet, text } from './keys.ts';
import { pattern } from './pattern.ts';
import { ports } from './ports.ts';

/** Where the agent hands its targets to its Prometheus part; here only a name by which a job asks for them. */
export const RESULT_FILE = '/tmp/cwagent_ecs_auto_sd.yaml';

/** `sd_frequency` of the agent where there is none. */
const DEFAULT_FREQUENCY = '1m';

const taskDefinition = z.strictObject({
  sd_task_definition_arn_pattern: pattern,
  sd_metrics_ports: ports,
  sd_container_name_pattern: pattern.optional(),
  sd_metrics_path: blankableText.optional(),
  sd_job_name: blankableText.optional(),
});

/** Schema of `ecs_service_discovery`. */
export const ecsServiceDiscovery = z.strictObject({
  sd_frequency: goDuration.prefault(DEFAULT_FREQUENCY),
  sd_target_cluster: text.optional(),
  sd_cluster_region: text.optional(),
  sd_result_file: text.default(RESULT_FILE),
  docker_label: z
    .strictObject({
      sd_port_label: text.default(PORT_LABEL),
      sd_metrics_path_label: text.default(METRICS_PATH_LABEL),
      sd_job_name_label: text.default(JOB_NAME_LABEL),
    })
    .optional(),
  task_definition_list: z.array(taskDefinition).default([]),
  ...notYet('the CloudWatch Agent', ['service_name_list_for_tasks']),
});

export type EcsServiceDiscovery = z.output<typeof ecsServiceDiscovery>;

/** Whether any way of finding targets is on; as with the agent, discovery is off where none is. */
export function discovers({ docker_label, task_definition_list }: EcsServiceDiscovery): boolean {
  return docker_label !== undefined || task_definition_list.length > 0;
}

/** The discovery that the section means, of `cluster`, in `region` where it names none itself. */
export function toDiscoveryConfig(
  section: EcsServiceDiscovery,
  cluster: string,
  region: string | undefined,
): EcsDiscoveryConfig {
  const label = section.docker_label;
  return {
    cluster,
    region: section.sd_cluster_region ?? region,
    refreshMs: section.sd_frequency,
    dockerLabel: label && {
      portLabel: label.sd_port_label,
      metricsPathLabel: label.sd_metrics_path_label,
      jobNameLabel: label.sd_job_name_label,
    },
    taskDefinitions: section.task_definition_list.map(toTaskDefinitionMode),
  };
}

function toTaskDefinitionMode(entry: z.output<typeof taskDefinition>): TaskDefinitionMode {
  return {
    arnPattern: entry.sd_task_definition_arn_pattern,
    containerNamePattern: entry.sd_container_name_pattern,
    ports: entry.sd_metrics_ports,
    metricsPath: entry.sd_metrics_path,
    jobName: entry.sd_job_name,
  };
}
