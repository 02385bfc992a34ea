/** Sends the series of a cluster's tasks to Amazon Managed Service for Prometheus, and makes a Grafana that shows them. */

import { App, CfnOutput, Duration, Stack, Tags } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { CfnWorkspace as CfnGrafana } from 'aws-cdk-lib/aws-grafana';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Collector, CollectorAlarms, CollectorConfiguration, PrometheusWorkspace } from 'fargauge';

const stack = new Stack(new App(), 'ManagedPrometheus');
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  // It needs a way to the workspace: a NAT gateway, or an endpoint of aps-workspaces.
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
});
const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'prod', vpc });

const workspace = new PrometheusWorkspace(stack, 'Workspace', {
  alias: 'prod',
  retention: Duration.days(400),
});
Tags.of(workspace).add('team', 'shop');

// Every series of the sidecars and of the applications goes to the workspace, and none to CloudWatch Logs. For both:
// withOutputs({ type: 'cloudwatch-logs' }, workspace.output()).
const collector = new Collector(stack, 'Collector', {
  vpc,
  cluster,
  configuration: CollectorConfiguration.builtIn().withOutputs(
    workspace.output({
      externalLabels: { account: 'shop' },
      // Each label costs bytes in each series.
      relabeling: [{ regex: 'StartedBy|TaskArn|TaskGroup', action: 'labeldrop' }],
    }),
  ),
});
// The port of the sidecars; behind it those of applications.
collector.collectFrom(
  SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef0'),
  9546,
);
new CollectorAlarms(stack, 'CollectorAlarms', { collector });

// Amazon Managed Grafana reads as this role. A Grafana of another account may assume one like it: `assumedBy` is an
// ArnPrincipal with an external id then, and the role goes into the data source ("Assume Role ARN").
const reader = new Role(stack, 'GrafanaRole', {
  assumedBy: new ServicePrincipal('grafana.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
  }),
});
workspace.grantQuery(reader);
new CfnGrafana(stack, 'Grafana', {
  accountAccessType: 'CURRENT_ACCOUNT',
  authenticationProviders: ['AWS_SSO'],
  permissionType: 'CUSTOMER_MANAGED',
  roleArn: reader.roleArn,
});

// For its data source, of the type Prometheus with SigV4 authentication. Then import grafana/*.json of the package.
new CfnOutput(stack, 'DataSourceUrl', { value: workspace.queryUrl });
