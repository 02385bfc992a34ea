import type { ContainerDefinition, Task, TaskDefinition } from '@aws-sdk/client-ecs';
import type { DescribedTask } from '../../../../lambda/discovery/ecs/cluster/described-task.ts';
import type {
  EcsDiscoveryConfig,
  Pattern,
  ScrapeJob,
} from '../../../../lambda/model/settings/config.ts';
import { DEFAULT_HTTP } from '../../../../lambda/model/settings/http.ts';
import { DEFAULT_PROTOCOLS } from '../../../../lambda/model/settings/scrape-protocol.ts';

const ARN = 'arn:aws:ecs:us-east-1:123456789012';

export const pattern = (source: string): Pattern => ({
  source,
  test: (text) => new RegExp(source).test(text),
});

/** A RUNNING awsvpc task `id` of the cluster `demo`. */
export function task(id: string, address: string, more: Partial<Task> = {}): Task {
  return {
    taskArn: `${ARN}:task/demo/${id}`,
    clusterArn: `${ARN}:cluster/demo`,
    taskDefinitionArn: definitionArn('web'),
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    launchType: 'FARGATE',
    attachments: [
      {
        type: 'ElasticNetworkInterface',
        details: [{ name: 'privateIPv4Address', value: address }],
      },
    ],
    ...more,
  };
}

export function definitionArn(family: string, revision = 1): string {
  return `${ARN}:task-definition/${family}:${revision}`;
}

export function definition(
  family: string,
  containerDefinitions: ContainerDefinition[] = [container()],
  more: Partial<TaskDefinition> = {},
): TaskDefinition {
  return {
    taskDefinitionArn: definitionArn(family),
    family,
    revision: 1,
    networkMode: 'awsvpc',
    containerDefinitions,
    ...more,
  };
}

/** A container that asks for its port 9404. */
export function container(more: ContainerDefinition = {}): ContainerDefinition {
  return {
    name: 'app',
    dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: '9404' },
    portMappings: [{ containerPort: 9404, hostPort: 9404 }],
    ...more,
  };
}

/** The task and its definition, of the cluster `demo`, and what else is known. */
export function described(
  ofTask: Task,
  ofDefinition: TaskDefinition,
  more: Partial<DescribedTask> = {},
): DescribedTask {
  return { task: ofTask, definition: ofDefinition, cluster: { name: 'demo', tags: [] }, ...more };
}

export const DOCKER_LABEL = {
  portLabel: 'ECS_PROMETHEUS_EXPORTER_PORT',
  metricsPathLabel: 'ECS_PROMETHEUS_METRICS_PATH',
  jobNameLabel: 'job',
};

export function discoveryOf(more: Partial<EcsDiscoveryConfig> = {}): EcsDiscoveryConfig {
  return {
    sources: [{ clusters: ['demo'] }],
    labelsCluster: false,
    refreshMs: 60_000,
    lookups: new Set(),
    services: [],
    dockerLabel: DOCKER_LABEL,
    taskDefinitions: [],
    requiresDaemon: false,
    ...more,
  };
}

export function job(more: Partial<ScrapeJob> = {}): ScrapeJob {
  return {
    name: 'ecs',
    scheme: 'http',
    metricsPath: '/metrics',
    params: {},
    intervalMs: 60_000,
    timeoutMs: 10_000,
    sampleLimit: 0,
    bodySizeLimit: 0,
    labelLimit: 0,
    labelNameLengthLimit: 0,
    labelValueLengthLimit: 0,
    targetLimit: 0,
    honorLabels: false,
    honorTimestamps: true,
    normalizeBounds: true,
    protocols: DEFAULT_PROTOCOLS,
    http: DEFAULT_HTTP,
    relabeling: [],
    metricRelabeling: [],
    discovered: true,
    staticConfigs: [],
    fileDiscoveries: [],
    httpDiscoveries: [],
    taskDiscoveries: [],
    ...more,
  };
}
