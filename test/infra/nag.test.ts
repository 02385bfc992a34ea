import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, FargateService, FargateTaskDefinition, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { App, Stack } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Collector } from '../../infra/collector.ts';
import { CollectorAlarms } from '../../infra/collector-alarms.ts';
import { CollectorConfiguration } from '../../infra/collector-configuration.ts';
import { FargaugeStack } from '../../infra/fargauge-stack.ts';
import { REPOSITORY } from '../../infra/paths.ts';
import { PrometheusWorkspace } from '../../infra/prometheus-workspace.ts';
import { PromQLServiceAlarms } from '../../infra/promql-service-alarms.ts';
import { ServiceAlarms } from '../../infra/service-alarms.ts';
import { readSettings } from '../../infra/settings.ts';
import { TaskSidecar } from '../../infra/task-sidecar.ts';
import { WorkspaceAccess } from '../../infra/workspace-access.ts';
import { CODE, IMAGE } from './template.ts';

/** What has a workspace, CloudWatch and a role to write to. */
const RECEIVERS = readFileSync(join(REPOSITORY, 'examples/receivers.yaml'), 'utf8').replace(
  'sd_target_cluster: shop',
  'sd_target_cluster: prod',
);

/** What the AwsSolutions pack finds, a line each. */
function findings(app: App): string[] {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
  );
}

describe("cdk-nag's AwsSolutions pack finds nothing", () => {
  it.each([
    ['a cluster to try with', {}],
    [
      'a cluster that exists',
      {
        cluster: 'prod',
        vpcId: 'vpc-0123456789abcdef0',
        subnetIds: 'subnet-0123456789abcdef0',
        taskSecurityGroupIds: 'sg-0123456789abcdef0',
        services: 'checkout',
        otherLogGroups: '/ecs/one,/ecs/two',
      },
    ],
  ])('in the stack of the app for %s', (_, context) => {
    const app = new App();
    new FargaugeStack(app, 'Fargauge', {
      settings: readSettings(context, {}),
      code: CODE,
      sidecarImage: IMAGE,
    });
    expect(findings(app)).toEqual([]);
  });

  it.each([
    ['no account and region', {}],
    ['an account and a region', { env: { account: '111122223333', region: 'eu-west-1' } }],
  ])('in a stack of its own constructs with %s', (_, props) => {
    // GIVEN
    const app = new App();
    const stack = new Stack(app, 'Own', props);
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['a'],
      privateSubnetIds: ['subnet-0123456789abcdef0'],
    });
    const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'prod', vpc });
    const taskDefinition = new FargateTaskDefinition(stack, 'Task');
    taskDefinition.addContainer('app', {
      image: IMAGE,
      logging: LogDriver.awsLogs({ streamPrefix: 'app' }),
    });
    const service = new FargateService(stack, 'Service', { cluster, taskDefinition });

    // WHEN
    new TaskSidecar(stack, 'Sidecar', { taskDefinition, image: IMAGE });
    const collector = new Collector(stack, 'Collector', {
      vpc,
      cluster,
      code: CODE,
      otherLogGroupNames: ['/ecs/one'],
      configuration: CollectorConfiguration.native(RECEIVERS),
    });
    collector.collectFrom(service);
    new CollectorAlarms(stack, 'CollectorAlarms', { collector });
    new ServiceAlarms(stack, 'Alarms', {
      clusterName: cluster.clusterName,
      serviceName: service.serviceName,
    }).taskCpuAlarm();
    const byPromQL = new PromQLServiceAlarms(stack, 'PromQLAlarms', {
      clusterName: cluster.clusterName,
      serviceName: service.serviceName,
      collector,
    });
    byPromQL.taskCpuAlarm();
    byPromQL.collectorAbsentAlarm();
    const workspace = new PrometheusWorkspace(stack, 'Workspace');
    workspace.grantRemoteWrite(collector);
    workspace.grantQuery(taskDefinition.taskRole);
    new WorkspaceAccess(stack, 'WorkspaceAccess', {
      workspace,
      collectorRoleArn: 'arn:aws:iam::444455556666:role/collector',
      externalId: 'shop-4711',
    });

    // THEN
    expect(findings(app)).toEqual([]);
  });
});

it('the check does find what is wrong', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'] });
  new SecurityGroup(stack, 'Open', { vpc }).addIngressRule(Peer.anyIpv4(), Port.allTraffic());
  expect(findings(app)).toContain('AwsSolutions-EC23 at Stack/Open/Resource');
});
