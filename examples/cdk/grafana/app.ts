/**
 * A Grafana of your own, as a service of the cluster that it shows, behind a load balancer under /grafana. It has the dashboards,
 * and reads a workspace of Amazon Managed Service for Prometheus by the role of its task. It costs money by the hour.
 */

import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  Cluster,
  ContainerImage,
  Secret as EcsSecret,
  FargateService,
  FargateTaskDefinition,
  LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ListenerAction,
  ListenerCertificate,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  Collector,
  CollectorAlarms,
  CollectorConfiguration,
  GRAFANA_DIRECTORY,
  PrometheusWorkspace,
  TaskSidecar,
} from 'fargauge';

/** The address for people. The name leads to the load balancer. */
const HOST = 'metrics.example.com';
const SUB_PATH = '/grafana';

/** The port of Grafana. */
const PORT = 3000;

const stack = new Stack(new App(), 'Grafana', {
  description: 'A Grafana behind a load balancer, with what Fargauge collects',
});
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  // It needs a way to the workspace: a NAT gateway, or an endpoint of aps-workspaces.
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
});
const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'prod', vpc });
const workspace = new PrometheusWorkspace(stack, 'Workspace', { alias: 'prod' });

const taskDefinition = new FargateTaskDefinition(stack, 'Task', { cpu: 512, memoryLimitMiB: 1024 });
// The data source signs as this role.
workspace.grantQuery(taskDefinition.taskRole);
const password = new Secret(stack, 'AdminPassword', {
  description: 'Of the user admin of Grafana',
  generateSecretString: { passwordLength: 32, excludePunctuation: true },
});
taskDefinition.addContainer('grafana', {
  // Docker builds the image at deployment: Grafana, the plugin of the data source, the dashboards and their provisioning.
  image: ContainerImage.fromAsset(GRAFANA_DIRECTORY, { platform: Platform.LINUX_AMD64 }),
  portMappings: [{ containerPort: PORT }],
  environment: {
    // For the provisioning of the data source.
    PROMETHEUS_URL: workspace.queryUrl,
    PROMETHEUS_REGION: stack.region,
    // The load balancer leaves the path as it is.
    GF_SERVER_ROOT_URL: `https://${HOST}${SUB_PATH}/`,
    GF_SERVER_SERVE_FROM_SUB_PATH: 'true',
    GF_SECURITY_COOKIE_SECURE: 'true',
  },
  secrets: { GF_SECURITY_ADMIN_PASSWORD: EcsSecret.fromSecretsManager(password) },
  logging: LogDriver.awsLogs({
    streamPrefix: 'grafana',
    // By default the log group stays with all of its events when the stack is deleted.
    logGroup: new LogGroup(stack, 'Log', {
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  }),
});
TaskSidecar.addToTaskDefinition(taskDefinition, {
  // An image of yours. Without it, Docker builds this one too.
  image: ContainerImage.fromEcrRepository(
    Repository.fromRepositoryName(stack, 'Sidecar', 'fargauge-sidecar'),
    '1',
  ),
});
// One task only: its database, with users and sessions, is a file in it. To keep them beyond the task, use a database
// (GF_DATABASE_URL). Each start provisions data source and dashboards anew.
const service = new FargateService(stack, 'Service', {
  cluster,
  taskDefinition,
  desiredCount: 1,
  minHealthyPercent: 100,
  circuitBreaker: { rollback: true },
  healthCheckGracePeriod: Duration.minutes(2),
});

// If you have a listener, use ApplicationListener.fromApplicationListenerAttributes(…) instead of all this.
const balancer = new ApplicationLoadBalancer(stack, 'LoadBalancer', {
  vpc,
  internetFacing: false,
  vpcSubnets: { subnets: vpc.privateSubnets },
  dropInvalidHeaderFields: true,
});
const listener = balancer.addListener('Https', {
  port: 443,
  open: false,
  certificates: [
    ListenerCertificate.fromArn(
      'arn:aws:acm:eu-west-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef',
    ),
  ],
  defaultAction: ListenerAction.fixedResponse(404),
});
balancer.connections.allowFrom(Peer.ipv4('10.0.0.0/8'), Port.tcp(443), 'People in the network');
listener.addTargets('Grafana', {
  priority: 10,
  conditions: [ListenerCondition.pathPatterns([SUB_PATH, `${SUB_PATH}/*`])],
  protocol: ApplicationProtocol.HTTP,
  port: PORT,
  targets: [service.loadBalancerTarget({ containerName: 'grafana', containerPort: PORT })],
  // A request without the path gets a redirect to it.
  healthCheck: { path: `${SUB_PATH}/api/health`, healthyHttpCodes: '200' },
  deregistrationDelay: Duration.seconds(30),
});

// Collects every task of the cluster with a sidecar, Grafana's too.
const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.builtIn().withOutputs(
    workspace.output({
      // Each label costs bytes in each series. The dashboards need TaskClusterName, ServiceName and TaskId.
      relabeling: [{ regex: 'StartedBy|TaskArn|TaskGroup', action: 'labeldrop' }],
    }),
  ),
});
const tasks = SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef0');
// The port of their sidecars.
collector.collectFrom(tasks, 9546);
collector.collectFrom(service);
new CollectorAlarms(stack, 'CollectorAlarms', { collector });

new CfnOutput(stack, 'Url', { value: `https://${HOST}${SUB_PATH}/` });
new CfnOutput(stack, 'LoadBalancerName', { value: balancer.loadBalancerDnsName });
new CfnOutput(stack, 'AdminPasswordSecret', { value: password.secretName });
