/**
 * Replaces a CloudWatch Agent in each task, with a static target on loopback, for Keycloak. The sidecar takes the place of the
 * agent's container. It passes Keycloak's endpoint through, and also shows the figures of the task.
 */

import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  Collector,
  CollectorAlarms,
  CollectorConfiguration,
  ServiceAlarms,
  TaskSidecar,
} from 'fargauge';

const JOB = 'keycloak';

const stack = new Stack(new App(), 'KeycloakSidecar', {
  description: "Fargauge's sidecar in the place of a CloudWatch Agent's",
});
const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
const cluster = new Cluster(stack, 'Cluster', { vpc });

/** Publishes the agent's metrics, and the utilization of the tasks. */
const configuration = CollectorConfiguration.of({
  ecs_service_discovery: { docker_label: {} },
  scrape_configs: [{ job_name: 'ecs', ecs_discovered: true, honor_labels: true }],
  emf_processor: {
    metric_namespace: 'CWAgent',
    metric_declaration: [
      {
        // The name of the target below. It was the name of the agent's job.
        source_labels: ['job'],
        label_matcher: `^${JOB}$`,
        dimensions: [['ClusterName', 'ServiceName']],
        metric_selectors: ['^base_classloader_loadedClasses_(count|total)$'],
      },
      {
        source_labels: ['ServiceName'],
        label_matcher: '.+',
        dimensions: [['ClusterName', 'ServiceName']],
        metric_selectors: ['^ee_task_(cpu|memory)_utilization_percent$'],
      },
    ],
  },
});

const taskDefinition = new FargateTaskDefinition(stack, 'Task', {
  cpu: 1024,
  memoryLimitMiB: 2048,
});
const container = taskDefinition.addContainer('keycloak', {
  image: ContainerImage.fromRegistry('quay.io/keycloak/keycloak:26.3'),
  command: ['start-dev', '--metrics-enabled=true'],
  portMappings: [{ containerPort: 8080 }],
  logging: LogDriver.awsLogs({
    streamPrefix: 'keycloak',
    // By default the log group stays with all of its events when the stack is deleted.
    logGroup: new LogGroup(stack, 'Log', {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  }),
});
TaskSidecar.addToTaskDefinition(taskDefinition, {
  // An image of yours. Without it, Docker builds one at deployment.
  image: ContainerImage.fromRegistry(
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com/fargauge-sidecar:1',
  ),
  configuration,
  targets: [{ name: JOB, url: 'http://127.0.0.1:9000/metrics', container }],
});
const service = new FargateService(stack, 'Service', { cluster, taskDefinition });

const collector = new Collector(stack, 'Collector', { vpc, cluster, configuration });
// The sidecar's port. The label of Keycloak's container names it too.
collector.collectFrom(service);
new CollectorAlarms(stack, 'CollectorAlarms', { collector });
new ServiceAlarms(stack, 'Alarms', { service, collector }).taskMemoryAlarm({
  maxMemoryPercent: 85,
});
