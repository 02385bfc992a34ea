import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  InterfaceVpcEndpointAwsService,
  type IVpc,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { App, Stack } from 'aws-cdk-lib/core';
import { Collector } from '../../../../infra/collector/collector.ts';
import { ApiEndpoint } from '../../../../infra/collector/network/api-endpoint.ts';
import {
  CollectorNetwork,
  type CollectorNetworkProps,
} from '../../../../infra/collector/network/network.ts';
import { CollectorConfiguration } from '../../../../infra/configuration/configuration.ts';
import { CODE, collectorTemplate, placeIn } from '../../template.ts';

const NEEDED = [ApiEndpoint.ECS, ApiEndpoint.LOGS, ApiEndpoint.S3];

function networkStack(props: (stack: Stack) => Omit<CollectorNetworkProps, 'needed'>): Stack {
  const stack = new Stack(new App(), 'Stack');
  new CollectorNetwork(stack, 'Network', { needed: NEEDED, ...props(stack) });
  return stack;
}

function newVpc(stack: Stack, ...types: readonly SubnetType[]): IVpc {
  return new Vpc(stack, 'Vpc', {
    maxAzs: 1,
    natGateways: 0,
    subnetConfiguration: types.map((subnetType) => ({ name: subnetType, subnetType })),
  }) as IVpc;
}

describe('endpoints that are asked for', () => {
  // GIVEN / WHEN
  const stack = networkStack((stack) => ({
    vpc: newVpc(stack, SubnetType.PRIVATE_ISOLATED),
    endpoints: ApiEndpoint.ALL_NEEDED,
  }));
  const template = Template.fromStack(stack);

  // THEN
  it.each(['ecs', 'logs'])('that of %s is an interface in the isolated subnets', (service) => {
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: { 'Fn::Join': ['', Match.arrayWith([`.${service}`])] },
      VpcEndpointType: 'Interface',
      PrivateDnsEnabled: true,
      SubnetIds: [{ Ref: Match.stringLikeRegexp('^VpcIsolatedSubnet1Subnet') }],
    });
  });

  it('that of S3 is a gateway in their route tables', () => {
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: { 'Fn::Join': ['', Match.arrayWith(['.s3'])] },
      VpcEndpointType: 'Gateway',
      RouteTableIds: [{ Ref: Match.stringLikeRegexp('^VpcIsolatedSubnet1RouteTable') }],
    });
  });

  it('let in all of the VPC, which finds the API there now', () => {
    template.resourcePropertiesCountIs(
      'AWS::EC2::SecurityGroup',
      {
        SecurityGroupIngress: Match.arrayWith([
          Match.objectLike({
            CidrIp: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Vpc'), 'CidrBlock'] },
            FromPort: 443,
          }),
        ]),
      },
      2,
    );
  });

  it('give no warning', () => {
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

describe('no subnets with egress', () => {
  it('is an error where the VPC has none and no endpoints are asked for', () => {
    expect(() =>
      networkStack((stack) => ({ vpc: newVpc(stack, SubnetType.PRIVATE_ISOLATED) })),
    ).toThrow(
      new Error(
        '[Stack/Network] No subnets with egress in Stack/Vpc: expected private subnets with a NAT gateway, or isolated subnets and `endpoints`',
      ),
    );
  });

  it('is an error where none are chosen', () => {
    expect(() =>
      networkStack((stack) => ({
        vpc: newVpc(stack, SubnetType.PRIVATE_ISOLATED),
        vpcSubnets: { subnets: [] },
      })),
    ).toThrow(
      new Error(
        '[Stack/Network] No subnets with egress in Stack/Vpc: expected `vpcSubnets` to select at least one',
      ),
    );
  });

  it('is an error where public ones are chosen', () => {
    expect(() =>
      networkStack((stack) => ({
        vpc: newVpc(stack, SubnetType.PUBLIC),
        vpcSubnets: { subnetType: SubnetType.PUBLIC },
      })),
    ).toThrow(
      new Error(
        '[Stack/Network] No egress from the public subnet Stack/Vpc/PublicSubnet1: a function never has a public address; expected private subnets, or `endpoints`',
      ),
    );
  });

  it('is a warning where isolated ones are chosen, which may have endpoints', () => {
    const stack = networkStack((stack) => ({
      vpc: newVpc(stack, SubnetType.PRIVATE_ISOLATED),
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    }));
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Network',
      '[Stack/Network] No egress from the isolated subnet Stack/Vpc/IsolatedSubnet1: the collector needs endpoints of ECS, CloudWatch Logs and S3 there; make them with `endpoints`, or acknowledge this warning if they exist [ack: fargauge:noEgress]',
    );
  });

  it('is an error where the gateway of S3 has no route table to go to', () => {
    expect(() => collectorTemplate({ endpoints: [ApiEndpoint.S3] })).toThrow(
      new Error(
        '[Stack/Collector/Network] Expected the route table of Stack/Given/Vpc/PrivateSubnet1, to which the gateway endpoint of S3 belongs: import the VPC with `privateSubnetRouteTableIds`',
      ),
    );
  });
});

describe('public subnets', () => {
  const inPublic = (props: Omit<CollectorNetworkProps, 'vpc' | 'needed'>) =>
    networkStack((stack) => ({ vpc: newVpc(stack, SubnetType.PUBLIC), ...props }));

  it.each([
    ['that are chosen', { vpcSubnets: { subnetType: SubnetType.PUBLIC } }],
    ['where there are no others', {}],
  ])('%s are a place for the function with endpoints', (_, props) => {
    const stack = inPublic({ ...props, endpoints: ApiEndpoint.ALL_NEEDED });
    Template.fromStack(stack).resourceCountIs('AWS::EC2::VPCEndpoint', 3);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  it('are none without endpoints', () => {
    expect(() => inPublic({})).toThrow(/No subnets with egress in Stack\/Vpc/);
  });

  it('take the function itself', () => {
    const stack = new Stack(new App(), 'Stack');
    const vpc = newVpc(stack, SubnetType.PUBLIC);
    const { cluster } = placeIn(stack, 'Given');
    const endpoints = ApiEndpoint.ALL_NEEDED;
    new Collector(stack, 'Collector', { vpc, cluster, endpoints, code: CODE });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: [{ Ref: Match.stringLikeRegexp('^VpcPublicSubnet1Subnet') }] },
    });
  });
});

describe('the ways that a configuration needs', () => {
  const WORKSPACE =
    'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write';
  const ROLE = 'arn:aws:iam::111122223333:role/writer';

  function stackWith(
    configuration: CollectorConfiguration,
    endpoints: readonly ApiEndpoint[],
    prepare: (vpc: IVpc) => unknown = () => undefined,
  ): Stack {
    const stack = new Stack(new App(), 'Stack');
    const vpc = newVpc(stack, SubnetType.PRIVATE_ISOLATED);
    prepare(vpc);
    const { cluster } = placeIn(stack, 'Given');
    const collector = new Collector(stack, 'Collector', {
      vpc,
      cluster,
      configuration,
      endpoints,
      code: CODE,
    });
    collector.collectFrom(new SecurityGroup(stack, 'Tasks', { vpc }), 9546);
    return stack;
  }

  /** The ends of the names of services that endpoints are made for. */
  function servicesIn(stack: Stack): readonly string[] {
    const endpoints = Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint');
    return Object.values(endpoints).map(({ Properties }) =>
      Properties.ServiceName['Fn::Join'][1].at(-1).split('.').at(-1),
    );
  }

  const TO_WORKSPACE = CollectorConfiguration.builtIn().withOutputs({
    type: 'remote_write',
    url: WORKSPACE,
  });

  it.each<[name: string, CollectorConfiguration, services: readonly string[]]>([
    ['the built-in one', CollectorConfiguration.builtIn(), ['ecs', 'logs', 's3']],
    ['one that writes to a workspace only', TO_WORKSPACE, ['ecs', 's3', 'aps-workspaces']],
    [
      'one that writes as a role',
      CollectorConfiguration.builtIn().withOutputs({ type: 'cloudwatch-logs', role_arn: ROLE }),
      ['ecs', 'logs', 's3', 'sts'],
    ],
    [
      'one that sends to CloudWatch',
      CollectorConfiguration.builtIn().withOutputs({ type: 'otlp', endpoint: 'cloudwatch' }),
      ['ecs', 's3', 'monitoring'],
    ],
    [
      'one that is a parameter',
      CollectorConfiguration.remote('ssm:fargauge'),
      ['ecs', 'logs', 's3', 'ssm'],
    ],
    [
      'one without discovery',
      CollectorConfiguration.native(
        "scrape_configs: [{job_name: j, static_configs: [{targets: ['x:1']}]}]",
      ),
      ['logs', 's3'],
    ],
  ])('are made by ALL_NEEDED: %s', (_, configuration, services) => {
    const stack = stackWith(configuration, ApiEndpoint.ALL_NEEDED);
    expect(servicesIn(stack)).toEqual(services);
    expect(
      Annotations.fromStack(stack).findWarning('/Stack/Collector/Network', Match.anyValue()),
    ).toEqual([]);
  });

  it('are not made again where the VPC has them', () => {
    const stack = stackWith(CollectorConfiguration.builtIn(), ApiEndpoint.ALL_NEEDED, (vpc) =>
      vpc.addInterfaceEndpoint('Ecs', { service: InterfaceVpcEndpointAwsService.ECS }),
    );
    expect(servicesIn(stack).toSorted()).toEqual(['ecs', 'logs', 's3']);
  });

  it.each<[name: string, CollectorConfiguration, missing: string]>([
    ['to a workspace', TO_WORKSPACE, 'Amazon Managed Service for Prometheus (aps-workspaces)'],
    [
      'to a role',
      CollectorConfiguration.builtIn().withOutputs({ type: 'cloudwatch-logs', role_arn: ROLE }),
      'STS',
    ],
    [
      'to the metrics of CloudWatch',
      CollectorConfiguration.builtIn().withOutputs(
        { type: 'cloudwatch-logs' },
        { type: 'cloudwatch_metrics' },
      ),
      'CloudWatch',
    ],
  ])('are missed where one is not made: %s', (_, configuration, missing) => {
    const stack = stackWith(configuration, NEEDED);
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Collector/Network',
      `[Stack/Collector/Network] No egress from the isolated subnet Stack/Vpc/IsolatedSubnet1: the collector needs endpoints of ${missing} there; make them with \`endpoints\`, or acknowledge this warning if they exist [ack: fargauge:noEgress]`,
    );
  });
});

describe('without a VPC', () => {
  // GIVEN / WHEN
  const stack = new Stack(new App(), 'Stack');
  const { cluster } = placeIn(stack, 'Given');
  const collector = new Collector(stack, 'Collector', { cluster, code: CODE });

  // THEN
  it('the function has no network of its own', () => {
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: Match.absent() });
    template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  });

  it('nothing can be opened to it', () => {
    expect(() => collector.connections).toThrow(
      new Error('[Stack/Collector] A collector without a VPC has no security group'),
    );
  });

  it('subnets and endpoints say nothing', () => {
    expect(
      () => new Collector(stack, 'Wrong', { cluster, code: CODE, endpoints: [ApiEndpoint.ECS] }),
    ).toThrow(
      new Error(
        '[Stack/Wrong] Expected `vpc` beside `vpcSubnets`, `endpoints` and `securityGroups`',
      ),
    );
  });
});
