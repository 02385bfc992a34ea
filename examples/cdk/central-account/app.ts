/** A collector beside the tasks, which writes its metrics into a central account. Each account has a stack. */

import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Collector, CollectorConfiguration, DeliveryAccess } from 'fargauge';

const CENTRAL = { account: '111122223333', region: 'eu-west-1' };
const WORKLOAD = { account: '444455556666', region: 'eu-west-1' };
const ROLE_NAME = 'fargauge-delivery';
const EXTERNAL_ID = 'shop-4711';
const LOG_GROUP = '/shop/metrics';

const app = new App();

const workload = new Stack(app, 'Workload', { env: WORKLOAD });
const vpc = Vpc.fromVpcAttributes(workload, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a'],
  privateSubnetIds: ['subnet-0123456789abcdef0'],
});
const collector = new Collector(workload, 'Collector', {
  vpc,
  cluster: Cluster.fromClusterAttributes(workload, 'Cluster', { clusterName: 'shop', vpc }),
  configuration: CollectorConfiguration.of({
    log_group_name: LOG_GROUP,
    outputs: [
      {
        type: 'cloudwatch-logs',
        role_arn: `arn:aws:iam::${CENTRAL.account}:role/${ROLE_NAME}`,
        external_id: EXTERNAL_ID,
      },
    ],
    ecs_service_discovery: { sd_target_cluster: 'shop', docker_label: {} },
    scrape_configs: [{ job_name: 'ecs', ecs_discovered: true, honor_labels: true }],
    emf_processor: {
      metric_namespace: 'Fargauge',
      metric_declaration: [
        {
          source_labels: ['ServiceName'],
          label_matcher: '.+',
          metric_selectors: ['^ee_task_(cpu|memory)_utilization_percent$'],
          dimensions: [['ClusterName', 'ServiceName']],
        },
      ],
    },
  }),
});
collector.collectFrom(SecurityGroup.fromSecurityGroupId(workload, 'Tasks', 'sg-0123456789abcdef0'));
// For the constant below.
new CfnOutput(workload, 'CollectorRole', { value: collector.roleArn });

// Deployed with credentials of the central account, once the role of the collector is known.
const central = new Stack(app, 'Central', { env: CENTRAL });
new DeliveryAccess(central, 'Access', {
  collectorRoleArn: `arn:aws:iam::${WORKLOAD.account}:role/workload-collector`,
  externalId: EXTERNAL_ID,
  roleName: ROLE_NAME,
  logGroups: [
    new LogGroup(central, 'Metrics', {
      logGroupName: LOG_GROUP,
      retention: RetentionDays.TWO_WEEKS,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  ],
});
