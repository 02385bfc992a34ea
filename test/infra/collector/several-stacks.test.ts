import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  FargateService,
  FargateTaskDefinition,
  type IBaseService,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { App, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Collector } from '../../../infra/collector/collector.ts';
import { CODE, IMAGE } from '../template.ts';

function network(scope: Construct): IVpc {
  return new Vpc(scope, 'Vpc', { maxAzs: 1, natGateways: 1 }) as IVpc;
}

function clusterIn(scope: Construct, vpc: IVpc): ICluster {
  return new Cluster(scope, 'Cluster', { vpc }) as ICluster;
}

function serviceIn(scope: Construct, cluster: ICluster): FargateService {
  const taskDefinition = new FargateTaskDefinition(scope, 'Task');
  taskDefinition.addContainer('app', { image: IMAGE, portMappings: [{ containerPort: 9546 }] });
  return new FargateService(scope, 'Service', { cluster, taskDefinition });
}

function collectorIn(scope: Construct, vpc: IVpc, cluster: ICluster): Collector {
  return new Collector(scope, 'Collector', { vpc, cluster, code: CODE });
}

/** A layout of stacks, of which `rules` shall have the rule that lets the collector in. */
interface Layout {
  readonly rules: Stack;
  readonly stacks: readonly Stack[];
}

const LAYOUTS: readonly (readonly [name: string, make: (app: App) => Layout])[] = [
  [
    'service, cluster and VPC in one, the collector in another',
    (app) => {
      const shop = new Stack(app, 'Shop');
      const vpc = network(shop);
      const service = serviceIn(shop, clusterIn(shop, vpc));
      const rules = new Stack(app, 'Metrics');
      collectorIn(rules, vpc, service.cluster).collectFrom(service);
      return { rules, stacks: [shop, rules] };
    },
  ],
  [
    'service and VPC in one, the cluster in a second, the collector in a third',
    (app) => {
      const base = new Stack(app, 'Base');
      const vpc = network(base);
      const cluster = clusterIn(new Stack(app, 'Platform'), vpc);
      const service = serviceIn(new Stack(app, 'Shop'), cluster);
      const rules = new Stack(app, 'Metrics');
      collectorIn(rules, vpc, cluster).collectFrom(service);
      return { rules, stacks: [base, Stack.of(cluster), Stack.of(service), rules] };
    },
  ],
  [
    'VPC, cluster and collector in one, the service in another',
    (app) => {
      const platform = new Stack(app, 'Platform');
      const vpc = network(platform);
      const cluster = clusterIn(platform, vpc);
      const rules = new Stack(app, 'Shop');
      collectorIn(platform, vpc, cluster).collectFrom(serviceIn(rules, cluster));
      return { rules, stacks: [platform, rules] };
    },
  ],
  [
    'VPC, cluster and collector in one, the security group of the tasks in another',
    (app) => {
      const platform = new Stack(app, 'Platform');
      const vpc = network(platform);
      const rules = new Stack(app, 'Shop');
      const tasks = new SecurityGroup(rules, 'Tasks', { vpc });
      collectorIn(platform, vpc, clusterIn(platform, vpc)).collectFrom(tasks);
      return { rules, stacks: [platform, rules] };
    },
  ],
  [
    'the security group of the tasks imported in one, the collector in another with an imported cluster',
    (app) => {
      const shop = new Stack(app, 'Shop');
      const tasks = SecurityGroup.fromSecurityGroupId(shop, 'Tasks', 'sg-0123456789abcdef0');
      const rules = new Stack(app, 'Metrics');
      const vpc = network(rules);
      const cluster = Cluster.fromClusterAttributes(rules, 'Cluster', { clusterName: 'prod', vpc });
      collectorIn(rules, vpc, cluster).collectFrom(tasks);
      return { rules, stacks: [shop, rules] };
    },
  ],
  [
    'the instances of a cluster that is imported with its security group',
    (app) => {
      const shop = new Stack(app, 'Shop');
      const vpc = network(shop);
      const tasks = SecurityGroup.fromSecurityGroupId(shop, 'Tasks', 'sg-0123456789abcdef0');
      const cluster = Cluster.fromClusterAttributes(shop, 'Cluster', {
        clusterName: 'prod',
        vpc,
        securityGroups: [tasks],
      });
      const rules = new Stack(app, 'Metrics');
      collectorIn(rules, vpc, cluster).collectFrom(cluster);
      return { rules, stacks: [shop, rules] };
    },
  ],
];

describe.each(LAYOUTS)('%s', (_, make) => {
  const app = new App();
  const { rules, stacks } = make(app);
  const { template } = app.synth().getStackByName(rules.stackName);

  it('is synthesized, with the rule in the stack that needs the other', () => {
    Template.fromJSON(template).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'Fargauge collector',
      FromPort: 9546,
      ToPort: 9546,
    });
  });

  it('the others have no rule', () => {
    for (const stack of stacks.filter((each) => each !== rules)) {
      Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    }
  });

  it('nothing of the collector is warned of', () => {
    const ids = stacks.flatMap((stack) =>
      Annotations.fromStack(stack)
        .findWarning('*', Match.anyValue())
        .map(({ id }) => id),
    );
    expect(ids.filter((id) => id.includes('/Collector'))).toEqual([]);
  });
});

it('an imported service, which does not know its security groups, is refused', () => {
  const stack = new Stack(new App(), 'Stack');
  const vpc = network(stack);
  const cluster = clusterIn(stack, vpc);
  const service: IBaseService = FargateService.fromFargateServiceAttributes(stack, 'Service', {
    cluster,
    serviceName: 'checkout',
  });
  const collector = collectorIn(stack, vpc, cluster);
  expect(() => collector.collectFrom(service as unknown as FargateService)).toThrow(
    new Error(
      '[Stack/Collector] Expected the security groups of the tasks, which an imported service does not know: pass them, as in collectFrom(SecurityGroup.fromSecurityGroupId(…))',
    ),
  );
});
