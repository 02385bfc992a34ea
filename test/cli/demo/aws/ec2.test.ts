import {
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeNetworkInterfacesCommand,
  type EC2Client,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_FILTER_VALUES, MIN_RESULTS } from '../../../../cli/demo/aws/ec2.ts';
import { type Aws, startAws } from '../../../../cli/demo/aws/server.ts';
import { clientsOf } from './clients.ts';

let aws: Aws;
let client: EC2Client;

beforeEach(async () => {
  aws = await startAws();
  client = clientsOf(aws).ec2;
});

afterEach(async () => {
  client.destroy();
  await aws.close();
});

const ids = (count: number) => Array.from({ length: count }, (_, n) => `i-${n}`);
const filter = (Values: string[]) => [{ Name: 'instance-id', Values }];
const describeInstances = async (input: DescribeInstancesCommandInput) => {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand(input));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
};

describe('DescribeInstances', () => {
  it('gives what was put, as the SDK has it', async () => {
    const instance = {
      InstanceId: 'i-1',
      InstanceType: 't3.medium' as const,
      PrivateIpAddress: '10.0.0.1',
      PublicIpAddress: '203.0.113.1',
      Ipv6Address: 'fd00::1',
      VpcId: 'vpc-1',
      SubnetId: 'subnet-1',
      Tags: [{ Key: 'Name', Value: 'a <b> & "c"' }],
    };
    aws.ec2.putInstance(instance);
    expect(await describeInstances({ InstanceIds: ['i-1'] })).toEqual([instance]);
  });

  it('fails for an id that is gone, and passes over one in a filter', async () => {
    for (const id of ids(2)) aws.ec2.putInstance({ InstanceId: id });
    aws.ec2.removeInstance('i-0');
    await expect(describeInstances({ InstanceIds: ['i-0', 'i-1'] })).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: "The instance IDs 'i-0' do not exist",
    });
    expect(await describeInstances({ Filters: filter(['i-0', 'i-1']) })).toMatchObject([
      { InstanceId: 'i-1' },
    ]);
  });

  it('gives every instance once, page by page, through the paginator of the SDK', async () => {
    for (const id of ids(12)) aws.ec2.putInstance({ InstanceId: id });
    const sizes: (number | undefined)[] = [];
    for await (const page of paginateDescribeInstances({ client }, { MaxResults: MIN_RESULTS })) {
      sizes.push(page.Reservations?.length);
    }
    expect(sizes).toEqual([5, 5, 2]);
  });

  it.each<[string, DescribeInstancesCommandInput]>([
    ['FilterLimitExceeded', { Filters: filter(ids(MAX_FILTER_VALUES + 1)) }],
    ['InvalidParameterValue', { Filters: [{ Name: 'instance-idd', Values: ['i-0'] }] }],
    ['InvalidParameterValue', { MaxResults: MIN_RESULTS - 1 }],
    ['InvalidParameterValue', { NextToken: 'nonsense' }],
    ['InvalidParameterCombination', { InstanceIds: ['i-0'], MaxResults: 100 }],
  ])('refuses with %s: %j', async (name, input) => {
    aws.ec2.putInstance({ InstanceId: 'i-0' });
    await expect(describeInstances(input)).rejects.toMatchObject({ name });
  });

  it.each([
    [{ kind: 'throttle' } as const, 'RequestLimitExceeded'],
    [{ kind: 'deny' } as const, 'UnauthorizedOperation'],
  ])('answers a fault as EC2 does: %j', async (fault, name) => {
    aws.faults.inject('DescribeInstances', fault);
    await expect(describeInstances({})).rejects.toMatchObject({ name });
  });
});

it('DescribeNetworkInterfaces gives the public address where there is one', async () => {
  aws.ec2.putNetworkInterface({
    NetworkInterfaceId: 'eni-1',
    PrivateIpAddress: '10.0.0.1',
    Association: { PublicIp: '203.0.113.1' },
  });
  aws.ec2.putNetworkInterface({ NetworkInterfaceId: 'eni-2', PrivateIpAddress: '10.0.0.2' });
  const { NetworkInterfaces } = await client.send(new DescribeNetworkInterfacesCommand());
  expect(NetworkInterfaces).toEqual([
    {
      NetworkInterfaceId: 'eni-1',
      PrivateIpAddress: '10.0.0.1',
      Association: { PublicIp: '203.0.113.1' },
      TagSet: [],
    },
    { NetworkInterfaceId: 'eni-2', PrivateIpAddress: '10.0.0.2', TagSet: [] },
  ]);
});

it('wants the id of what is put', () => {
  expect(() => aws.ec2.putInstance({})).toThrow(
    new TypeError('Expected `InstanceId` to be an id, got `undefined` (undefined)'),
  );
});
