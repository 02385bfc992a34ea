import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, FargateService, FargateTaskDefinition, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { App, Stack } from 'aws-cdk-lib/core';
import { PrometheusWorkspace } from '../../../infra/accounts/prometheus-workspace.ts';
import { WorkspaceAccess } from '../../../infra/accounts/workspace-access.ts';
import { CollectorAlarms } from '../../../infra/alarms/collector.ts';
import { PromQLServiceAlarms } from '../../../infra/alarms/promql-service.ts';
import { ServiceAlarms } from '../../../infra/alarms/service.ts';
import { readSettings } from '../../../infra/app/settings.ts';
import { FargaugeStack } from '../../../infra/app/stack.ts';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { Collector } from '../../../infra/collector/collector.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { TaskSidecar } from '../../../infra/sidecar/sidecar.ts';
import { collectorBundle } from '../../bundles.ts';
import { EXAMPLES } from '../apps.ts';
import { findingsOf } from '../synthesis/run.ts';
import { CODE, IMAGE } from '../template.ts';
import { findingsIn } from './findings.ts';

/** What has a workspace, CloudWatch and a role to write to. */
const RECEIVERS = readFileSync(join(REPOSITORY, 'examples/receivers.yaml'), 'utf8').replace(
  'sd_target_cluster: shop',
  'sd_target_cluster: prod',
);

/**
 * A network that is only as large as an example needs has no flow logs (VPC7); a cluster beside Fargauge has no Container Insights
 * (ECS4), which would cost what it saves; the rules for the sidecar's last events are a variable and no secret (ECS2). So are
 * an address and a path of Grafana. ECR gives its tokens for all repositories (IAM5); Grafana reads the password of its administrator
 * when it first starts, so that nothing could take a new one over (SMG4); a load balancer writes its log only in a Region that is
 * known at synthesis (ELB2).
 */
const OF_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'demo-service': [
    'AwsSolutions-VPC7 at DemoService/Vpc/Resource',
    'AwsSolutions-ECS4 at DemoService/Cluster/Resource',
    'AwsSolutions-ECS2 at DemoService/Task/Resource',
  ],
  grafana: [
    'AwsSolutions-ECS2 at Grafana/Task/Resource',
    'AwsSolutions-IAM5[Resource::*] at Grafana/Task/ExecutionRole/DefaultPolicy/Resource',
    'AwsSolutions-SMG4 at Grafana/AdminPassword/Resource',
    'AwsSolutions-ELB2 at Grafana/LoadBalancer/Resource',
  ],
  'keycloak-sidecar': [
    'AwsSolutions-VPC7 at KeycloakSidecar/Vpc/Resource',
    'AwsSolutions-ECS4 at KeycloakSidecar/Cluster/Resource',
    'AwsSolutions-ECS2 at KeycloakSidecar/Task/Resource',
  ],
  'other-account': ['AwsSolutions-VPC7 at Monitoring/Vpc/Resource'],
};

/** A process that loads the CDK and all examples. */
const SLOW = 120_000;

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
    ['a collector in shards', { shards: 'auto' }],
    ['a collector in many shards', { shards: '60' }],
  ])('in the stack of the app for %s', (_, context) => {
    const app = new App();
    new FargaugeStack(app, 'Fargauge', {
      settings: readSettings(context, {}),
      code: CODE,
      sidecarImage: IMAGE,
    });
    expect(findingsIn(app)).toEqual([]);
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
    expect(findingsIn(app)).toEqual([]);
  });
});

describe("what cdk-nag's AwsSolutions pack finds in the examples is of their own resources, and none of Fargauge's", () => {
  let folder: string;
  let findings: ReadonlyMap<string, readonly string[] | undefined>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-nag-'));
    await collectorBundle();
    const found = await findingsOf(
      EXAMPLES.map(({ name, program }) => ({
        program: join(REPOSITORY, program),
        folder: join(folder, name),
        cwd: REPOSITORY,
      })),
    );
    findings = new Map(EXAMPLES.map(({ name }, index) => [name, found[index]]));
  }, SLOW);
  afterAll(() => rm(folder, { recursive: true }));

  it.each(EXAMPLES.map(({ name }) => name))('%s', (name) => {
    expect(findings.get(name)).toEqual(OF_EXAMPLES[name] ?? []);
  });
});

it('the check does find what is wrong', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'] });
  new SecurityGroup(stack, 'Open', { vpc }).addIngressRule(Peer.anyIpv4(), Port.allTraffic());
  expect(findingsIn(app)).toContain('AwsSolutions-EC23 at Stack/Open/Resource');
});
