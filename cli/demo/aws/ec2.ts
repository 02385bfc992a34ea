import type { Instance, NetworkInterface, Tag } from '@aws-sdk/client-ec2';
import type { Ec2Registry } from './ec2-registry.ts';
import { operation, type Service } from './protocol/operation.ts';
import type { PagedMap } from './protocol/page.ts';
import { AwsError } from './protocol/protocol.ts';
import { EC2_VERSION } from './protocol/query.ts';

/** Smallest and largest page of DescribeInstances and DescribeNetworkInterfaces. */
export const MIN_RESULTS = 5;
export const MAX_RESULTS = 1000;

/** Most values of the filters of one request: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
export const MAX_FILTER_VALUES = 200;

/** The input of both operations, as the query protocol carries it. */
interface DescribeInput {
  readonly InstanceId?: readonly string[];
  readonly NetworkInterfaceId?: readonly string[];
  readonly Filter?: readonly { readonly Name?: string; readonly Value?: readonly string[] }[];
  readonly MaxResults?: string;
  readonly NextToken?: string;
}

/** The read operations of Amazon EC2 that discovery needs, over a registry. */
export function ec2Service(registry: Ec2Registry): Service {
  return {
    target: EC2_VERSION,
    iamPrefix: 'ec2',
    throttled: { type: 'RequestLimitExceeded', status: 503 },
    denied: { type: 'UnauthorizedOperation', status: 403 },
    operations: new Map([
      ['DescribeInstances', operation((input: DescribeInput) => instances(registry, input))],
      [
        'DescribeNetworkInterfaces',
        operation((input: DescribeInput) => networkInterfaces(registry, input)),
      ],
    ]),
  };
}

function instances(registry: Ec2Registry, input: DescribeInput): object {
  const { page, nextToken } = select(registry.instances, input, {
    ids: input.InstanceId,
    filter: 'instance-id',
    idOf: ({ InstanceId }) => InstanceId,
    notFound: (ids) =>
      new AwsError('InvalidInstanceID.NotFound', `The instance IDs '${ids}' do not exist`),
  });
  return {
    reservationSet: page.map((instance) => ({ instancesSet: [instanceElement(instance)] })),
    nextToken,
  };
}

function networkInterfaces(registry: Ec2Registry, input: DescribeInput): object {
  const { page, nextToken } = select(registry.networkInterfaces, input, {
    ids: input.NetworkInterfaceId,
    filter: 'network-interface-id',
    idOf: ({ NetworkInterfaceId }) => NetworkInterfaceId,
    notFound: (ids) =>
      new AwsError(
        'InvalidNetworkInterfaceID.NotFound',
        `The networkInterface ID '${ids}' does not exist`,
      ),
  });
  return { networkInterfaceSet: page.map(interfaceElement), nextToken };
}

interface Selection<Entry> {
  readonly ids: readonly string[] | undefined;
  /** Name of the only filter that the stand-in supports. */
  readonly filter: string;
  readonly idOf: (entry: Entry) => string | undefined;
  readonly notFound: (ids: string) => AwsError;
}

/** A missing id is an error; a missing value of a filter is not. */
function select<Entry>(
  entries: PagedMap<Entry>,
  { Filter = [], MaxResults, NextToken }: DescribeInput,
  { ids, filter, idOf, notFound }: Selection<Entry>,
) {
  const missing = (ids ?? []).filter((id) => entries.get(id) === undefined);
  if (missing.length > 0) throw notFound(missing.join(', '));
  if (Filter.flatMap(({ Value = [] }) => Value).length > MAX_FILTER_VALUES) {
    throw new AwsError('FilterLimitExceeded', 'The maximum number of filter values is 200.');
  }
  for (const { Name } of Filter) {
    if (Name !== filter) throw invalid(`The filter '${Name}' is invalid`);
  }
  const limit = MaxResults === undefined ? MAX_RESULTS : Number(MaxResults);
  if (!(limit >= MIN_RESULTS && limit <= MAX_RESULTS)) {
    throw invalid(`Value ( ${MaxResults} ) for parameter maxResults is invalid.`);
  }
  if (MaxResults !== undefined && ids !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const wanted = [ids, ...Filter.map(({ Value }) => Value)].filter((list) => list !== undefined);
  const sets = wanted.map((list) => new Set(list));
  const page = entries.page(limit, NextToken, (entry) =>
    sets.every((set) => set.has(idOf(entry) ?? '')),
  );
  if (page === undefined) throw invalid('The token is invalid.');
  return page;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}

/** Names of the elements: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html */
function instanceElement(instance: Instance): object {
  return {
    instanceId: instance.InstanceId,
    instanceType: instance.InstanceType,
    privateIpAddress: instance.PrivateIpAddress,
    ipAddress: instance.PublicIpAddress,
    ipv6Address: instance.Ipv6Address,
    vpcId: instance.VpcId,
    subnetId: instance.SubnetId,
    tagSet: tagElements(instance.Tags),
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html */
function interfaceElement(entry: NetworkInterface): object {
  const { Association: association } = entry;
  return {
    networkInterfaceId: entry.NetworkInterfaceId,
    subnetId: entry.SubnetId,
    vpcId: entry.VpcId,
    privateIpAddress: entry.PrivateIpAddress,
    association: association && { publicIp: association.PublicIp },
    tagSet: tagElements(entry.TagSet),
  };
}

function tagElements(tags: readonly Tag[] = []): object[] {
  return tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
}
