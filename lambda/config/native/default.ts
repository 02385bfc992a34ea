import {
  CONTAINER_CPU_UTILIZATION,
  CONTAINER_MEMORY_UTILIZATION,
  DEFAULT_NAMESPACE,
  SIDECAR_JOB,
  SIDECAR_PORT,
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../model/settings/names.ts';
import { IMPLICIT_JOB } from '../prometheus/scrape-jobs.ts';
import type { NativeInput } from './native.ts';

/** The name of the built-in default in messages. */
export const DEFAULT_SOURCE = 'built-in default';

const DEFAULT_LOG_GROUP = '/fargauge/{ClusterName}';

/**
 * Which utilization the default publishes: only that of tasks, or also that of containers, which is several times as
 * many metrics.
 */
export type DefaultMetrics = 'tasks' | 'containers';

const TASK_METRICS = [TASK_CPU_UTILIZATION, TASK_MEMORY_UTILIZATION];
const CONTAINER_METRICS = [CONTAINER_CPU_UTILIZATION, CONTAINER_MEMORY_UTILIZATION];

/** A hundred-thousandth of a percentage: the kernel accounts CPU less exactly in ten seconds. */
const PERCENT_DIGITS = 5;

/** The labels by which the dashboard's queries of Logs Insights tell tasks apart, beside `TaskId`. */
const EVENT_LABELS = ['ServiceName', 'TaskDefinitionFamily'] as const;

/** A task of a service belongs to that service; another task belongs to its family. */
const OWNERS = [
  { dimension: 'ServiceName', matcher: '.+' },
  { dimension: 'TaskDefinitionFamily', matcher: '^$' },
];

/**
 * The configuration of a collector without one, as a native document. It collects every sidecar of the cluster and
 * every container with the agent's docker labels, and publishes the utilization of tasks by service (or family).
 *
 * @param metrics `containers` adds the utilization by container of the service
 */
export function defaultDocument(metrics: DefaultMetrics = 'tasks'): NativeInput {
  const ofContainers = metrics === 'containers' ? CONTAINER_METRICS : [];
  return {
    log_group_name: DEFAULT_LOG_GROUP,
    ecs_service_discovery: {
      docker_label: {},
      // Finds a sidecar of any task by its declared port.
      task_definition_list: [
        {
          sd_task_definition_arn_pattern: '.*',
          sd_metrics_ports: String(SIDECAR_PORT),
          sd_job_name: SIDECAR_JOB,
        },
      ],
    },
    scrape_configs: [
      // The samples of a sidecar name their container; the target's label would name the sidecar instead.
      {
        job_name: IMPLICIT_JOB,
        ecs_discovered: true,
        honor_labels: true,
        // One event for each minute of a task, in place of two.
        minute_delivery: 'complete',
      },
    ],
    emf_processor: {
      metric_namespace: DEFAULT_NAMESPACE,
      metric_unit: Object.fromEntries(
        [...TASK_METRICS, ...ofContainers].map((name) => [name, 'Percent']),
      ),
      value_precision: [{ metric: '^ee_.*_percent$', significant_digits: PERCENT_DIGITS }],
      event_labels: [...EVENT_LABELS],
      metric_declaration: OWNERS.flatMap(({ dimension, matcher }) => [
        declaration(dimension, matcher, TASK_METRICS, []),
        ...(ofContainers.length > 0
          ? [declaration(dimension, matcher, ofContainers, ['container_name'])]
          : []),
      ]),
    },
  };
}

function declaration(
  owner: string,
  matcher: string,
  metrics: readonly string[],
  further: readonly string[],
) {
  return {
    source_labels: ['ServiceName'],
    label_matcher: matcher,
    metric_selectors: metrics.map((name) => `^${name}$`),
    dimensions: [['ClusterName', owner, ...further]],
  };
}
