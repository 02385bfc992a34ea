/** For a cluster that exists, without configuration: CPU and memory of every task with a sidecar, and an alarm on the worst. */

import { App, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Collector, CollectorAlarms, CollectorDashboard, ServiceAlarms } from 'fargauge';

const CLUSTER = 'prod';
const SERVICES = ['checkout', 'cart'];

const stack = new Stack(new App(), 'ExistingCluster', {
  description: 'Fargauge beside an ECS cluster that exists',
});

// The network of the tasks. With credentials at hand, Vpc.fromLookup finds the rest by the id.
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
});
const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: CLUSTER, vpc });
const tasks = SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef0');

const collector = new Collector(stack, 'Collector', { vpc, cluster });
collector.collectFrom(tasks);

const services = SERVICES.map((serviceName) => ({ clusterName: CLUSTER, serviceName }));
for (const service of services) {
  const alarms = new ServiceAlarms(stack, `Alarms-${service.serviceName}`, {
    ...service,
    collector,
  });
  alarms.taskCpuAlarm({ maxCpuPercent: 90 });
  alarms.taskMemoryAlarm();
}
new CollectorAlarms(stack, 'CollectorAlarms', { collector });
new CollectorDashboard(stack, 'Dashboard', { collector, services });
