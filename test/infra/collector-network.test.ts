import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { App, Stack } from 'aws-cdk-lib/core';
import { ApiEndpoint } from '../../infra/api-endpoint.ts';
import { Collector } from '../../infra/collector.ts';
import { CollectorNetwork, type CollectorNetworkProps } from '../../infra/collector-network.ts';
import { CODE, collectorTemplate, placeIn } from './template.ts';

function networkStack(props: (stack: Stack) => CollectorNetworkProps): Stack {
  const stack = new Stack(new App(), 'Stack');
  new CollectorNetwork(stack, 'Network', props(stack));
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
        '[Stack/Network] No egress from the public subnet Stack/Vpc/PublicSubnet1: a function never has a public address; expected private subnets, or isolated subnets and `endpoints`',
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
      '[Stack/Network] No egress from the isolated subnet Stack/Vpc/IsolatedSubnet1: the collector needs endpoints of ECS, CloudWatch Logs and S3 there; have them made with `endpoints`, or acknowledge this warning if they exist [ack: fargauge:noEgress]',
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
