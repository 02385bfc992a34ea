import {
  EC2Client,
  type Instance,
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { type DiscoveryClientOptions, discoveryClientSettings } from './client.ts';
import type { Ec2Api, Ec2Instance } from './ec2-api.ts';
import { repeatedToken } from './pages.ts';

/** The largest page of both operations: more than a batch can give. */
const MAX_RESULTS = 1000;

/**
 * The EC2 API. Resources are named by a filter: where they are named by `InstanceIds`, one that is gone for an hour
 * fails the whole request, and so does one in an Availability Zone with a disruption.
 */
export function ec2Client(options: DiscoveryClientOptions): Ec2Api {
  const client = new EC2Client(discoveryClientSettings(options));
  return {
    instances: async (ids, callOptions) => {
      const instances: Ec2Instance[] = [];
      const pages = paginateDescribeInstances({ client }, only('instance-id', ids), callOptions);
      for await (const { Reservations = [] } of unrepeated(pages)) {
        for (const { Instances = [] } of Reservations) instances.push(...Instances.map(toInstance));
      }
      return instances;
    },
    publicIps: async (ids, callOptions) => {
      const addresses = new Map<string, string>();
      const input = only('network-interface-id', ids);
      const pages = paginateDescribeNetworkInterfaces({ client }, input, callOptions);
      for await (const { NetworkInterfaces = [] } of unrepeated(pages)) {
        for (const { NetworkInterfaceId: id, Association } of NetworkInterfaces) {
          if (id && Association?.PublicIp) addresses.set(id, Association.PublicIp);
        }
      }
      return addresses;
    },
  };
}

/** A list without an end. Its name is the code of the error, as of the lists of ECS. */
class LoopError extends Error {
  override readonly name = 'Loop';
}

/** Pages until one names a token that was there before: that would be a loop for ever. @throws LoopError there */
async function* unrepeated<Page extends { readonly NextToken?: string | undefined }>(
  pages: AsyncIterable<Page>,
): AsyncGenerator<Page> {
  const tokens = new Set<string>();
  for await (const page of pages) {
    yield page;
    const { NextToken: token } = page;
    if (!token) continue;
    if (tokens.has(token)) throw new LoopError(repeatedToken(tokens.size + 1));
    tokens.add(token);
  }
}

function only(filter: string, ids: readonly string[]) {
  return {
    Filters: [{ Name: filter, Values: [...ids] }],
    MaxResults: MAX_RESULTS,
    // Those of Amazon ECS Managed Instances.
    IncludeManagedResources: true,
  };
}

function toInstance(instance: Instance): Ec2Instance {
  return {
    id: instance.InstanceId ?? '',
    type: instance.InstanceType,
    vpcId: instance.VpcId,
    subnetId: instance.SubnetId,
    privateIp: instance.PrivateIpAddress,
    publicIp: instance.PublicIpAddress,
    ipv6: instance.Ipv6Address,
    tags: (instance.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
  };
}
