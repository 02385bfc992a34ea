/** A user whose CloudWatch Agent is a sidecar with a static target: the target becomes one of Fargauge's sidecar, the rules stay. */
import { App, Stack } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { parse } from 'yaml';
import {
  Collector,
  CollectorAlarms,
  CollectorConfiguration,
  TaskSidecar,
} from '../../../infra/index.ts';

const app = new App();
const stack = new Stack(app, 'AgentSidecar');
// The library's classes do not satisfy its own interfaces where absent and undefined differ.
const vpc = new Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 1 }) as IVpc;
const cluster = new Cluster(stack, 'Cluster', { vpc, clusterName: 'login' }) as ICluster;

const agent = JSON.parse(app.node.tryGetContext('agent'));
const { log_group_name, emf_processor } = agent.logs.metrics_collected.prometheus;
const { scrape_configs } = parse(app.node.tryGetContext('prometheus'));
const [{ job_name, metrics_path, static_configs }] = scrape_configs;

const taskDefinition = new FargateTaskDefinition(stack, 'Task', {
  family: 'keycloak',
  cpu: 1024,
  memoryLimitMiB: 2048,
});
const image = ContainerImage.fromRegistry('registry.example/image');
const container = taskDefinition.addContainer('keycloak', { image });
TaskSidecar.addToTaskDefinition(taskDefinition, {
  image,
  targets: [
    { name: job_name, url: `http://${static_configs[0].targets[0]}${metrics_path}`, container },
  ],
});
const service = new FargateService(stack, 'Service', { cluster, taskDefinition });

const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.of({
    log_group_name,
    ecs_service_discovery: { docker_label: {} },
    scrape_configs: [{ job_name: 'ecs', ecs_discovered: true, honor_labels: true }],
    emf_processor,
  }),
});
collector.collectFrom(service);
new CollectorAlarms(stack, 'CollectorAlarms', { collector });
