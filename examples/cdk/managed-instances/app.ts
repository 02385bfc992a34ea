/** For Managed Instances: one daemon on each instance reports all its tasks, and no task definition changes. */

import { App, Stack } from 'aws-cdk-lib';
import { Connections, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { Collector, CollectorConfiguration, InstanceDaemon, ServiceAlarms } from 'fargauge';

const CLUSTER = 'prod';
const SERVICES = ['checkout', 'cart'];

const stack = new Stack(new App(), 'ManagedInstances', {
  description: 'Fargauge by a daemon on each Managed Instance',
});

const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
});
const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: CLUSTER, vpc });

// A capacity provider that exists. A ManagedInstancesCapacityProvider of the app is one, too.
const provider = {
  capacityProviderName: 'prod-managed',
  connections: new Connections({
    securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Instances', 'sg-0123456789abcdef0')],
  }),
};

const configuration = CollectorConfiguration.of({
  log_group_name: '/fargauge/{ClusterName}',
  ecs_service_discovery: { docker_label: {}, daemon: 'required' },
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
});

const collector = new Collector(stack, 'Collector', { vpc, cluster, configuration });
const daemon = new InstanceDaemon(stack, 'Daemon', {
  cluster,
  capacityProviders: [provider],
  architecture: CpuArchitecture.ARM64,
  configuration,
});
collector.collectFrom(daemon, daemon.port);

for (const serviceName of SERVICES) {
  const alarms = new ServiceAlarms(stack, `Alarms-${serviceName}`, {
    clusterName: CLUSTER,
    serviceName,
    collector,
  });
  alarms.taskCpuAlarm({ maxCpuPercent: 90 });
  alarms.taskMemoryAlarm();
}
