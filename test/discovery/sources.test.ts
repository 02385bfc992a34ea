import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery, type Discovered } from '../../lambda/discovery/discover.ts';
import type { EcsSource } from '../../lambda/model/settings/config.ts';
import { countsOf } from '../../lambda/model/targets/left-out.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { CREDENTIALS } from '../cli/demo/aws/clients.ts';
import { definition, discoveryOf, job, task } from './ecs/cluster/cluster-of.ts';

const OTHER = '210987654321';
const ROLE = { arn: `arn:aws:iam::${OTHER}:role/reader`, externalId: 'secret' };
const MINUTE = 60_000;

/** Two clusters here, one in another Region, one in another account. */
const SOURCES: EcsSource[] = [
  { clusters: ['prod-*'] },
  { clusters: ['far'], region: 'eu-west-1' },
  { clusters: ['*'], role: ROLE },
];

let aws: Aws;
let now: number;

beforeEach(async () => {
  now = 1_000_000;
  aws = await startAws();
  aws.roles.put(ROLE.arn, ROLE.externalId);
  put('prod-a', '10.0.0.1');
  put('prod-b', '10.0.0.2');
  put('test', '10.0.0.3');
  put('far', '10.1.0.1', '123456789012', 'eu-west-1');
  put('foreign', '10.2.0.1', OTHER);
});

afterEach(() => aws.close());

/** A cluster with one task of the same name. */
function put(name: string, address: string, account = '123456789012', region = aws.region) {
  const { ecs } = aws.at(account, region);
  const clusterArn = ecs.putCluster(name).arn;
  const taskDefinitionArn = ecs.arnOf('task-definition/web:1');
  ecs.putTaskDefinition({ ...definition('web'), taskDefinitionArn });
  const taskArn = ecs.arnOf(`task/${name}/t-${name}`);
  ecs.putTask(task(name, address, { taskArn, clusterArn, taskDefinitionArn }));
}

const discoverer = (sources = SOURCES) => {
  const options = {
    endpoint: aws.url,
    region: aws.region,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  };
  const { discover } = createDiscovery({
    fetch: fetchExposition,
    config: { discovery: discoveryOf({ sources, labelsCluster: true }), jobs: [job()] },
    clientsOf: awsClients(options, loadEc2),
    clock: { ...systemClock, now: () => now },
  });
  return () => discover(new AbortController().signal);
};
const clusters = ({ targets }: Discovered) => targets.map(({ labels }) => labels.ClusterName);
const messages = ({ errors }: Discovered) => errors.map(({ message }) => message);

describe('several clusters, Regions and accounts', () => {
  it('are discovered together, and each target says which cluster it is of', async () => {
    const result = await discoverer()();
    expect(result.errors).toEqual([]);
    expect(clusters(result)).toEqual(['prod-a', 'prod-b', 'far', 'foreign']);
    expect(result.targets[3]?.labels).toMatchObject({
      TaskArn: `arn:aws:ecs:us-east-1:${OTHER}:task/foreign/t-foreign`,
      TaskClusterName: 'foreign',
      instance: '10.2.0.1:9404',
    });
    expect(aws.calls.count('AssumeRole')).toBe(1);
  });

  it('are discovered once where they are selected several times', async () => {
    const again = { clusters: ['prod-a', `${aws.ecs.arnOf('cluster')}/prod-b`, 'prod-*'] };
    expect(clusters(await discoverer([again])())).toEqual(['prod-a', 'prod-b']);
  });

  it('read a task definition once for all clusters of an account', async () => {
    await discoverer([{ clusters: ['prod-*', 'test'] }])();
    expect(aws.calls.count('DescribeTaskDefinition')).toBe(1);
  });

  it('give an address once', async () => {
    put('foreign', '10.0.0.1', OTHER);
    const result = await discoverer()();
    expect(clusters(result)).toEqual(['prod-a', 'prod-b', 'far']);
    expect(countsOf(result.leftOut)).toEqual({ duplicate: 1 });
  });

  it('are looked for again where the clock was set back', async () => {
    const discover = discoverer();
    await discover();
    put('prod-c', '10.0.0.4');
    now -= 60 * MINUTE;
    expect(clusters(await discover())).toContain('prod-c');
  });

  it('are looked for again in each refresh', async () => {
    const discover = discoverer();
    await discover();
    put('prod-c', '10.0.0.4');
    now += MINUTE;
    expect(clusters(await discover())).toEqual(['prod-a', 'prod-b', 'prod-c', 'far', 'foreign']);
  });
});

describe('what fails alone', () => {
  it('is a cluster', async () => {
    aws.faults.inject(
      'ListTasks',
      { kind: 'error', status: 400, type: 'InvalidParameterException', message: 'No.' },
      { when: ({ cluster }) => String(cluster).endsWith('prod-a') },
    );
    const result = await discoverer()();
    expect(clusters(result)).toEqual(['prod-b', 'far', 'foreign']);
    expect(messages(result)).toEqual([
      'ListTasks of prod-a failed. InvalidParameterException: No.',
    ]);
  });

  it('is a cluster that is not there', async () => {
    const result = await discoverer([{ clusters: ['prod-a', 'none'] }])();
    expect(clusters(result)).toEqual(['prod-a']);
    expect(messages(result)).toEqual([
      'ListTasks of none failed. ClusterNotFoundException: Cluster not found.',
    ]);
  });

  it('is a role that cannot be assumed', async () => {
    aws.roles.put(ROLE.arn, 'another');
    const result = await discoverer()();
    expect(clusters(result)).toEqual(['prod-a', 'prod-b', 'far']);
    expect(messages(result)).toEqual([
      `ListClusters as ${ROLE.arn} failed. AssumeRoleError: the role ${ROLE.arn} cannot be assumed. AccessDenied: User: fargauge is not authorized to perform: sts:AssumeRole on resource: ${ROLE.arn}. Check that the role exists, that its trust policy allows this caller with this external id, and that this caller may call sts:AssumeRole.`,
    ]);
  });

  it('is what is read less often than it fails: its tasks stay as they were', async () => {
    const discover = discoverer();
    await discover();
    aws.faults.inject(
      'DescribeTasks',
      { kind: 'deny' },
      { when: ({ cluster }) => cluster === 'far' },
    );
    put('prod-a', '10.0.0.9');
    put('far', '10.9.9.9', '123456789012', 'eu-west-1');
    now += MINUTE;
    const result = await discover();
    expect(result.targets.map(({ labels }) => labels.instance)).toEqual([
      '10.0.0.9:9404',
      '10.0.0.2:9404',
      '10.1.0.1:9404',
      '10.2.0.1:9404',
    ]);
    expect(messages(result)).toEqual([
      expect.stringMatching(/^DescribeTasks of far is denied; the role needs ecs:DescribeTasks\. /),
      'the discovery could not read 1 tasks of far and uses their last known state',
    ]);
  });
});
