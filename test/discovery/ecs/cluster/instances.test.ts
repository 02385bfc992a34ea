import type { Task } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../../../cli/demo/aws/server.ts';
import { awsClients } from '../../../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../../../lambda/discovery/aws/load-ec2.ts';
import { RequestBudget } from '../../../../lambda/discovery/aws/request-budget.ts';
import { createDiscovery } from '../../../../lambda/discovery/discover.ts';
import { AccountRegion } from '../../../../lambda/discovery/ecs/cluster/account-region.ts';
import { ADDRESS_ATTRIBUTE } from '../../../../lambda/discovery/ecs/cluster/instances.ts';
import { containerFinder } from '../../../../lambda/discovery/ecs/targets.ts';
import type { DiscoveryLookup } from '../../../../lambda/model/settings/config.ts';
import { countsOf } from '../../../../lambda/model/targets/left-out.ts';
import { systemClock } from '../../../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../../../lambda/scrape/http/exchange.ts';
import { CREDENTIALS } from '../../../cli/demo/aws/clients.ts';
import { definition, definitionArn, discoveryOf, job, task } from './cluster-of.ts';

const ARN = 'arn:aws:ecs:us-east-1:123456789012';
const MINUTE = 60_000;

let aws: Aws;
let now: number;

beforeEach(async () => {
  now = 1_000_000;
  aws = await startAws({
    ecs: {
      clusters: ['demo'],
      taskDefinitions: [
        definition('web', undefined, { networkMode: 'bridge' }),
        definition('net'),
        definition('host', undefined, { networkMode: 'host' }),
      ],
    },
  });
});

afterEach(() => aws.close());

const discoverer = (lookups: DiscoveryLookup[] = []) => {
  const options = {
    endpoint: aws.url,
    region: aws.region,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  };
  const { discover } = createDiscovery({
    fetch: fetchExposition,
    config: { discovery: discoveryOf({ lookups: new Set(lookups) }), jobs: [job()] },
    clientsOf: awsClients(options, loadEc2),
    clock: { ...systemClock, now: () => now },
  });
  return () => discover(new AbortController().signal);
};

/** A container instance; its EC2 instance has the same id. */
function putInstance(id: string, privateIp: string | undefined, attribute?: string) {
  aws.ecs.putContainerInstance({
    containerInstanceArn: `${ARN}:container-instance/demo/${id}`,
    ec2InstanceId: id,
    attributes: [
      { name: 'ecs.os-type', value: 'linux' },
      ...(attribute === undefined ? [] : [{ name: ADDRESS_ATTRIBUTE, value: attribute }]),
    ],
  });
  if (privateIp === undefined) return;
  aws.ec2.putInstance({
    InstanceId: id,
    InstanceType: 't3.medium',
    PrivateIpAddress: privateIp,
    PublicIpAddress: '203.0.113.1',
    VpcId: 'vpc-1',
    SubnetId: 'subnet-1',
  });
}

/** A task with bridge networking on an instance, unless said otherwise. */
function putTask(id: string, instance: string, hostPort: number, more: Partial<Task> = {}) {
  aws.ecs.putTask(
    task(id, '', {
      launchType: 'EC2',
      attachments: [],
      containerInstanceArn: `${ARN}:container-instance/demo/${instance}`,
      containers: [{ name: 'app', networkBindings: [{ containerPort: 9404, hostPort }] }],
      ...more,
    }),
  );
}

const found = async (discover: ReturnType<typeof discoverer>) => {
  const { targets, leftOut, errors } = await discover();
  return {
    targets: targets.map(({ labels }) => `${labels.TaskId} ${labels.instance}`),
    skipped: countsOf(leftOut),
    errors: errors.map(({ message }) => message),
  };
};

describe('tasks on instances', () => {
  it('are found at the instance’s address, whatever launched them', async () => {
    putInstance('i-1', '10.0.0.1');
    putInstance('i-2', '10.0.0.2');
    putTask('ec2', 'i-1', 32768);
    putTask('managed', 'i-2', 32769, { launchType: 'MANAGED_INSTANCES' });
    putTask('provider', 'i-2', 32770, { launchType: undefined });
    putTask('host', 'i-2', 0, { taskDefinitionArn: definitionArn('host') });
    expect(await found(discoverer())).toEqual({
      targets: [
        'ec2 10.0.0.1:32768',
        'managed 10.0.0.2:32769',
        'provider 10.0.0.2:32770',
        'host 10.0.0.2:9404',
      ],
      skipped: {},
      errors: [],
    });
  });

  it('carry the labels of the instance, with awsvpc too', async () => {
    putInstance('i-1', '10.0.0.1');
    aws.ecs.putTask(
      task('net', '10.7.0.1', {
        launchType: 'EC2',
        taskDefinitionArn: definitionArn('net'),
        containerInstanceArn: `${ARN}:container-instance/demo/i-1`,
      }),
    );
    const { targets } = await discoverer()();
    expect(targets).toMatchObject([
      {
        url: 'http://10.7.0.1:9404/metrics',
        labels: { InstanceType: 't3.medium', VpcId: 'vpc-1', SubnetId: 'subnet-1' },
      },
    ]);
  });

  it('are found at the address that the instance’s attribute says, first of all', async () => {
    putInstance('mi-1', undefined, '192.168.1.10');
    putInstance('i-1', '10.0.0.1', 'fd00::7');
    putTask('external', 'mi-1', 32768, { launchType: 'EXTERNAL' });
    putTask('ec2', 'i-1', 32768);
    expect(await found(discoverer())).toEqual({
      targets: ['external 192.168.1.10:32768', 'ec2 [fd00::7]:32768'],
      skipped: {},
      errors: [],
    });
  });

  it('are found by IPv6 where there is nothing else', async () => {
    putInstance('i-1', undefined);
    aws.ec2.putInstance({ InstanceId: 'i-1', Ipv6Address: 'fd00::1' });
    putTask('t', 'i-1', 32768);
    expect((await found(discoverer())).targets).toEqual(['t [fd00::1]:32768']);
  });

  it('are skipped where nothing says the address, and looked for again', async () => {
    putInstance('mi-1', undefined);
    putTask('external', 'mi-1', 32768, { launchType: 'EXTERNAL' });
    const discover = discoverer();
    expect(await found(discover)).toEqual({ targets: [], skipped: { no_address: 1 }, errors: [] });
    putInstance('mi-1', undefined, '192.168.1.10');
    now += MINUTE;
    expect((await found(discover)).targets).toEqual(['external 192.168.1.10:32768']);
    expect(aws.calls.count('DescribeInstances')).toBe(0);
  });
});

describe('instances', () => {
  it('are asked for once, in hundreds and two hundreds', async () => {
    for (let n = 0; n < 250; n += 1) {
      putInstance(`i-${n}`, `10.0.0.${n}`);
      putTask(`t${n}`, `i-${n}`, 32768);
    }
    const discover = discoverer();
    expect((await discover()).targets).toHaveLength(250);
    now += MINUTE;
    expect((await discover()).targets).toHaveLength(250);
    expect(aws.calls.count('DescribeContainerInstances')).toBe(3);
    expect(aws.calls.count('DescribeInstances')).toBe(2);
  });

  it('are not asked for where nobody wants to scrape their tasks', async () => {
    putInstance('i-1', '10.0.0.1');
    aws.ecs.putTaskDefinition(definition('quiet', [{ name: 'app' }], { networkMode: 'none' }));
    putTask('quiet', 'i-1', 1, { taskDefinitionArn: definitionArn('quiet') });
    expect(await found(discoverer())).toEqual({ targets: [], skipped: {}, errors: [] });
    expect(aws.calls.count('DescribeContainerInstances')).toBe(0);
  });

  it('that are gone cost nobody else their address', async () => {
    putInstance('i-1', '10.0.0.1');
    putInstance('i-2', undefined);
    putTask('here', 'i-1', 1);
    putTask('gone', 'i-2', 2);
    putTask('nowhere', 'i-3', 3);
    expect(await found(discoverer())).toEqual({
      targets: ['here 10.0.0.1:1'],
      skipped: { no_address: 2 },
      errors: [],
    });
  });

  it('that may not be read are an error that names the permission', async () => {
    putInstance('i-1', '10.0.0.1');
    putTask('t', 'i-1', 1);
    const { lift } = aws.faults.inject('DescribeInstances', { kind: 'deny' });
    const discover = discoverer();
    expect(await found(discover)).toEqual({
      targets: [],
      skipped: { no_address: 1 },
      errors: [
        expect.stringMatching(
          /^DescribeInstances of demo is denied; the role needs ec2:DescribeInstances\. User: /,
        ),
      ],
    });
    lift();
    expect((await found(discover)).targets).toEqual(['t 10.0.0.1:1']);
  });
});

/** The labels of the first target as relabeling sees them. */
const metaOf = async (lookups: DiscoveryLookup[]) => {
  const discovery = discoveryOf({ lookups: new Set(lookups) });
  const [source] = discovery.sources;
  const options = { endpoint: aws.url, region: aws.region, credentials: CREDENTIALS };
  const clients = awsClients(options, loadEc2)(source!);
  const { clusters } = await new AccountRegion(
    source!,
    { finder: containerFinder(discovery), refreshMs: discovery.refreshMs },
    clients,
    new RequestBudget(systemClock),
  ).find(0, new AbortController().signal);
  return clusters[0]?.found[0]?.labels;
};

describe('public addresses', () => {
  const eni = (n: number) => ({
    type: 'ElasticNetworkInterface',
    details: [
      { name: 'networkInterfaceId', value: `eni-${n}` },
      { name: 'privateIPv4Address', value: `10.0.0.${n}` },
    ],
  });

  it('are asked for only where they are wanted, and once', async () => {
    for (const n of [1, 2]) {
      aws.ecs.putTask(
        task(`t${n}`, '', { taskDefinitionArn: definitionArn('net'), attachments: [eni(n)] }),
      );
    }
    aws.ec2.putNetworkInterface({
      NetworkInterfaceId: 'eni-1',
      Association: { PublicIp: '203.0.113.7' },
    });
    await discoverer()();
    expect(aws.calls.count('DescribeNetworkInterfaces')).toBe(0);
    const discover = discoverer(['public_ips']);
    await discover();
    now += MINUTE;
    expect((await discover()).errors).toEqual([]);
    expect(aws.calls.count('DescribeNetworkInterfaces')).toBe(1);
    expect(await metaOf(['public_ips'])).toMatchObject({
      __meta_ecs_ip_address: '10.0.0.1',
      __meta_ecs_public_ip: '203.0.113.7',
    });
  });
});

describe('status and tags of services', () => {
  it('are asked for only where they are wanted', async () => {
    aws.ecs.putTask(
      task('t', '10.0.0.1', { taskDefinitionArn: definitionArn('net'), group: 'service:shop' }),
    );
    aws.ecs.putService({
      serviceArn: `${ARN}:service/demo/shop`,
      serviceName: 'shop',
      status: 'DRAINING',
      tags: [{ key: 'team', value: 'a' }],
    });
    expect(await metaOf([])).not.toHaveProperty('__meta_ecs_service_status');
    expect(aws.calls.count('ListServices')).toBe(0);
    expect(await metaOf(['services'])).toMatchObject({
      __meta_ecs_service: 'shop',
      __meta_ecs_service_status: 'DRAINING',
      __meta_ecs_tag_service_team: 'a',
    });
  });
});

describe('tags of clusters', () => {
  it('are asked for only where they are wanted', async () => {
    aws.ecs.clusters.remove('demo');
    aws.ecs.putCluster('demo', [{ key: 'env', value: 'prod' }]);
    aws.ecs.putTask(task('t', '10.0.0.1', { taskDefinitionArn: definitionArn('net') }));
    expect(await metaOf([])).not.toHaveProperty('__meta_ecs_tag_cluster_env');
    expect(aws.calls.count('DescribeClusters')).toBe(0);
    expect(await metaOf(['cluster_tags'])).toMatchObject({ __meta_ecs_tag_cluster_env: 'prod' });
  });
});
