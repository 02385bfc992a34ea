/** A service that burns half a CPU, alarms that notify a topic, and a dashboard. It costs money by the hour. */

import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  ApiEndpoint,
  Collector,
  CollectorAlarms,
  CollectorConfiguration,
  CollectorDashboard,
  ServiceAlarms,
  TaskSidecar,
} from 'fargauge';

const stack = new Stack(new App(), 'DemoService', {
  description: 'A service with load, collected by Fargauge, with alarms and a dashboard',
});

// There is no NAT gateway: the tasks have public addresses, and the collector has its endpoints.
const vpc = new Vpc(stack, 'Vpc', {
  maxAzs: 1,
  natGateways: 0,
  subnetConfiguration: [
    { name: 'Tasks', subnetType: SubnetType.PUBLIC },
    { name: 'Collector', subnetType: SubnetType.PRIVATE_ISOLATED },
  ],
});
const cluster = new Cluster(stack, 'Cluster', { vpc });
const configuration = CollectorConfiguration.detailed();

const taskDefinition = new FargateTaskDefinition(stack, 'Task', {
  cpu: 256,
  memoryLimitMiB: 512,
  runtimePlatform: {
    cpuArchitecture: CpuArchitecture.ARM64,
    operatingSystemFamily: OperatingSystemFamily.LINUX,
  },
});
taskDefinition.addContainer('load', {
  image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:stable'),
  // Half a second of work, half a second of rest.
  command: ['sh', '-c', 'while :; do timeout 0.5 sh -c "while :; do :; done"; sleep 0.5; done'],
  logging: LogDriver.awsLogs({
    streamPrefix: 'load',
    // By default the log group stays with all of its events when the stack is deleted.
    logGroup: new LogGroup(stack, 'Log', {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  }),
});
TaskSidecar.addToTaskDefinition(taskDefinition, {
  image: ContainerImage.fromRegistry(
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com/fargauge-sidecar:1',
  ),
  configuration,
});
const service = new FargateService(stack, 'Service', {
  cluster,
  taskDefinition,
  desiredCount: 3,
  assignPublicIp: true,
});

const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration,
  endpoints: ApiEndpoint.ALL_NEEDED,
});
collector.collectFrom(service);

const topic = new Topic(stack, 'Alarms', { enforceSSL: true });
const alarms = new ServiceAlarms(stack, 'ServiceAlarms', { service, collector, topic });
alarms.taskCpuAlarm({ maxCpuPercent: 40 });
alarms.taskMemoryAlarm();
alarms.ephemeralStorageAlarm();
alarms.taskRestartAlarm();
new CollectorAlarms(stack, 'CollectorAlarms', { collector, topic });
const dashboard = new CollectorDashboard(stack, 'Dashboard', { collector, services: [service] });

new CfnOutput(stack, 'DashboardName', { value: dashboard.dashboardName });
new CfnOutput(stack, 'AlarmTopic', { value: topic.topicArn });
