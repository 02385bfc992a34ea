import {
  EC2Client,
  type Instance,
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { type DiscoveryClientOptions, discoveryClientSettings } from './client.ts';
import type { Ec2Api, Ec2Instance } from './ec2-api.ts';
import { repeatedToken } from './pages.ts';

/** The largest page of both operations, which is larger than a batch. */
const MAX_RESULTS = 1000;

/**
 * The EC2 API. A filter names the resources, because with `InstanceIds` one instance that ended an hour ago fails the
 * whole request, and so does one in a disrupted Availability Zone.
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

/** A list without an end. The name is the code of the error, as for the lists of ECS. */
class LoopError extends Error {
  override readonly name = 'Loop';
}

/** Pages until one repeats a token, which would loop for ever. @throws LoopError on a repeated token */
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
    // Includes instances of Amazon ECS Managed Instances.
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
