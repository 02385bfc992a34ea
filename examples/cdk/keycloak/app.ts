/**
 * Replaces a CloudWatch Agent that ran as a task of its own, for Keycloak. The agent's two files stay as they are. The metrics keep
 * their names, dimensions and namespace, and the events keep their log group.
 */

import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Collector, CollectorAlarms, CollectorConfiguration } from 'fargauge';

const stack = new Stack(new App(), 'Keycloak', {
  description: "Fargauge in the place of a CloudWatch Agent's task",
});

const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
});
const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'identity', vpc });
const tasks = SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef0');

const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.cloudWatchAgentFiles(
    join(import.meta.dirname, 'cwagent.json'),
    join(import.meta.dirname, 'prometheus.yaml'),
  ),
});
// The port of `sd_metrics_ports`.
collector.collectFrom(tasks, 8080);
new CollectorAlarms(stack, 'CollectorAlarms', { collector });
