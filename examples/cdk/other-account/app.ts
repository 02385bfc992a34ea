/** One collector that reads the tasks of another account. Each account has a stack. */

import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { IpAddresses, Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Collector, CollectorAccess, CollectorAlarms, CollectorConfiguration } from 'fargauge';

const MONITORING = { account: '111122223333', region: 'eu-west-1' };
const WORKLOAD = { account: '444455556666', region: 'eu-west-1' };
const ROLE_NAME = 'fargauge-access';
const EXTERNAL_ID = 'shop-4711';
const MONITORING_NETWORK = '10.10.0.0/16';

const app = new App();

const monitoring = new Stack(app, 'Monitoring', { env: MONITORING });
// Its private subnets must reach the tasks of both accounts: peering, a transit gateway, or a shared VPC.
const vpc = new Vpc(monitoring, 'Vpc', {
  ipAddresses: IpAddresses.cidr(MONITORING_NETWORK),
  maxAzs: 2,
  natGateways: 1,
});
const collector = new Collector(monitoring, 'Collector', {
  vpc,
  cluster: Cluster.fromClusterAttributes(monitoring, 'Cluster', { clusterName: 'shared', vpc }),
  configuration: CollectorConfiguration.of({
    ecs_service_discovery: {
      sd_target_cluster: 'shared',
      sd_targets: [
        {
          clusters: ['shop'],
          role_arn: `arn:aws:iam::${WORKLOAD.account}:role/${ROLE_NAME}`,
          external_id: EXTERNAL_ID,
        },
      ],
      docker_label: {},
    },
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
collector.collectFrom(
  SecurityGroup.fromSecurityGroupId(monitoring, 'Tasks', 'sg-0123456789abcdef0'),
);
new CollectorAlarms(monitoring, 'CollectorAlarms', { collector });
// For the constant below.
new CfnOutput(monitoring, 'CollectorRole', { value: collector.roleArn });

// Deployed with credentials of the other account, once the role of the collector is known.
const workload = new Stack(app, 'Workload', { env: WORKLOAD });
new CollectorAccess(workload, 'Access', {
  collectorRoleArn: `arn:aws:iam::${MONITORING.account}:role/monitoring-collector`,
  externalId: EXTERNAL_ID,
  roleName: ROLE_NAME,
  clusters: [
    Cluster.fromClusterAttributes(workload, 'Cluster', {
      clusterName: 'shop',
      vpc: Vpc.fromVpcAttributes(workload, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'] }),
    }),
  ],
});
// By its addresses, because a rule can name a security group of another account only if the VPCs are peered.
SecurityGroup.fromSecurityGroupId(workload, 'Tasks', 'sg-0123456789abcdef1').addIngressRule(
  Peer.ipv4(MONITORING_NETWORK),
  Port.tcp(9546),
  'Fargauge collector',
);
