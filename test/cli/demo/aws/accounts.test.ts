import {
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListClustersCommand,
  ListServicesCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../../../cli/demo/aws/server.ts';
import { CREDENTIALS } from './clients.ts';

const OTHER = '210987654321';
const ROLE = `arn:aws:iam::${OTHER}:role/reader`;

let aws: Aws;
let now: number;

beforeEach(async () => {
  now = 1_000_000;
  aws = await startAws({ clock: () => now, ecs: { clusters: ['own'] } });
});

afterEach(() => aws.close());

const clientOf = (credentials: object = CREDENTIALS, region = aws.region) =>
  new ECSClient({ endpoint: aws.url, region, credentials: credentials as never, maxAttempts: 1 });
const assume = (RoleArn: string, ExternalId?: string) =>
  fromTemporaryCredentials({
    params: { RoleArn, RoleSessionName: 'test', ...(ExternalId && { ExternalId }) },
    masterCredentials: CREDENTIALS,
    clientConfig: { endpoint: aws.url, region: aws.region, maxAttempts: 1 },
  });
const clustersOf = async (client: ECSClient) =>
  (await client.send(new ListClustersCommand())).clusterArns;

describe('what a caller sees', () => {
  it('is its account in its Region', async () => {
    aws.at('123456789012', 'eu-west-1').ecs.putCluster('far');
    aws.at(OTHER, 'us-east-1').ecs.putCluster('foreign');
    aws.roles.put(ROLE);
    expect(await clustersOf(clientOf())).toEqual([
      'arn:aws:ecs:us-east-1:123456789012:cluster/own',
    ]);
    expect(await clustersOf(clientOf(CREDENTIALS, 'eu-west-1'))).toEqual([
      'arn:aws:ecs:eu-west-1:123456789012:cluster/far',
    ]);
    expect(await clustersOf(clientOf(assume(ROLE)))).toEqual([
      `arn:aws:ecs:us-east-1:${OTHER}:cluster/foreign`,
    ]);
  });
});

describe('a role', () => {
  it.each([
    ['that is not there', 'arn:aws:iam::1:role/none', undefined],
    ['that asks for an external id, without one', ROLE, undefined],
    ['that asks for an external id, with another one', ROLE, 'other'],
  ])('%s cannot be assumed', async (_, arn, externalId) => {
    aws.roles.put(ROLE, 'secret');
    await expect(clustersOf(clientOf(assume(arn, externalId)))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`sts:AssumeRole on resource: ${arn}`),
    });
  });

  it('that asks for an external id can be assumed with it', async () => {
    aws.roles.put(ROLE, 'secret');
    expect(await clustersOf(clientOf(assume(ROLE, 'secret')))).toEqual([]);
  });
});

describe('the documented request rates', () => {
  const burst = async (client: ECSClient, command: () => never, count: number) => {
    const calls = Array.from({ length: count }, () => client.send(command()));
    const results = await Promise.allSettled(calls);
    return results.filter(({ status }) => status === 'fulfilled').length;
  };
  const listTasks = () => new ListTasksCommand({ cluster: 'own' }) as never;
  const listServices = () => new ListServicesCommand({ cluster: 'own' }) as never;

  it.each([
    ['ListTasks', 100, listTasks],
    ['ListServices', 100, listServices],
    ['ListClusters', 50, () => new ListClustersCommand() as never],
  ])('let %s burst to %i calls, and 20 a second after that', async (operation, size, command) => {
    const client = clientOf();
    expect(await burst(client, command, size + 5)).toBe(size);
    expect(aws.calls.throttled(operation)).toBe(5);
    now += 1000;
    expect(await burst(client, command, 25)).toBe(20);
    now += 60_000;
    expect(await burst(client, command, size + 5)).toBe(size);
    expect(aws.calls.throttled()).toBe(15);
  });

  it('answer a call too many with ThrottlingException', async () => {
    const client = clientOf();
    const describe = () => new DescribeTaskDefinitionCommand({ taskDefinition: 'none' }) as never;
    await burst(client, describe, 50);
    await expect(client.send(describe())).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
    });
  });

  it('are those of one account in one Region', async () => {
    await burst(clientOf(), listTasks, 101);
    aws.at('123456789012', 'eu-west-1').ecs.putCluster('own');
    expect(await burst(clientOf(CREDENTIALS, 'eu-west-1'), listTasks, 10)).toBe(10);
    expect(await burst(clientOf(), listServices, 10)).toBe(10);
    expect(await burst(clientOf(), listTasks, 10)).toBe(0);
  });
});
