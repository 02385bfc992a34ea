/** CloudWatch's own OTLP endpoint gets every series of every task for the price of its bytes. The alarms name the task. */

import { App, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  Collector,
  CollectorAlarms,
  CollectorConfiguration,
  PromQLDashboard,
  PromQLServiceAlarms,
} from 'fargauge';

const CLUSTER = 'prod';
const SERVICES = ['checkout', 'cart'];

const stack = new Stack(new App(), 'CloudWatchOtlp');
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  // It needs a way to monitoring.eu-west-1.amazonaws.com: a NAT gateway, or an endpoint.
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
});
const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster: Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: CLUSTER, vpc }),
  configuration: CollectorConfiguration.builtIn().withOutputs({
    type: 'otlp',
    endpoint: 'cloudwatch',
  }),
});
// The port of the sidecars; behind it those of applications.
collector.collectFrom(
  SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef0'),
  9546,
);

const topic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:people');
const services = SERVICES.map((serviceName) => ({ clusterName: CLUSTER, serviceName }));
for (const [index, service] of services.entries()) {
  const alarms = new PromQLServiceAlarms(stack, `Alarms-${service.serviceName}`, {
    ...service,
    collector,
    topic,
  });
  alarms.taskCpuAlarm({ maxCpuPercent: 90 });
  alarms.taskMemoryAlarm();
  // Without data the other alarms are OK. One such alarm for the cluster is enough.
  if (index === 0) alarms.collectorAbsentAlarm();
}
new CollectorAlarms(stack, 'CollectorAlarms', { collector, topic });
new PromQLDashboard(stack, 'Dashboard', { collector, services });
