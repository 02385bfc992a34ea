import type { Task } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../../cli/demo/aws/server.ts';
import { relabelConfig } from '../../../lambda/config/prometheus/relabel-config.ts';
import { awsClients } from '../../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery, type Discovered } from '../../../lambda/discovery/discover.ts';
import type {
  DiscoveryLookup,
  ScrapeJob,
  TaskDiscovery,
} from '../../../lambda/model/settings/config.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import { countsOf } from '../../../lambda/model/targets/left-out.ts';
import { systemClock } from '../../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import { discoveryOf, job, task } from './cluster/cluster-of.ts';

/** Situations that Prometheus' own tests have (discovery/aws/ecs_test.go), with other data. */

const ARN = 'arn:aws:ecs:us-east-1:123456789012';
const MINUTE = 60_000;
const ALL: readonly DiscoveryLookup[] = ['services', 'cluster_tags', 'public_ips'];

/** Shows what relabeling sees: `__meta_ecs_x` as `x`. */
const SHOW_META = [relabelConfig.parse({ action: 'labelmap', regex: '__meta_ecs_(.+)' })];

let aws: Aws;
let now: number;

beforeEach(async () => {
  aws = await startAws();
  now = 1_000_000;
});

afterEach(() => aws.close());

const discoveryFor = (
  jobs: ScrapeJob[],
  more: { discovery?: ReturnType<typeof discoveryOf> } = {},
) =>
  createDiscovery({
    config: { jobs, ...more },
    clientsOf: awsClients(
      {
        endpoint: aws.url,
        region: aws.region,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
      },
      loadEc2,
    ),
    fetch: fetchExposition,
    clock: { ...systemClock, now: () => now },
  });

const entry = (more: Partial<TaskDiscovery> = {}): TaskDiscovery => ({
  sources: [{ clusters: ['*'], region: aws.region }],
  port: 9100,
  refreshMs: MINUTE,
  lookups: new Set(ALL),
  ...more,
});

const taskJob = (more: Partial<ScrapeJob> = {}, ...entries: TaskDiscovery[]): ScrapeJob =>
  job({
    discovered: false,
    relabeling: SHOW_META,
    taskDiscoveries: entries.length === 0 ? [entry()] : entries,
    ...more,
  });

const signal = new AbortController().signal;
const discover = (...jobs: ScrapeJob[]) =>
  discoveryFor(jobs.length === 0 ? [taskJob()] : jobs).discover(signal);

const instances = ({ targets }: Discovered) => targets.map(({ labels }) => labels.instance).sort();
const labelsOf = ({ targets }: Discovered) => targets.map(({ labels }) => ({ ...labels }));

const eni = (address: string, more: Record<string, string> = {}) => [
  {
    type: 'ElasticNetworkInterface',
    details: Object.entries({ privateIPv4Address: address, ...more }).map(([name, value]) => ({
      name,
      value,
    })),
  },
];

const onInstance = (id: string, more: Partial<Task> = {}): Task =>
  task(id, '', {
    launchType: 'EC2',
    containerInstanceArn: `${ARN}:container-instance/demo/ci`,
    attachments: [],
    ...more,
  });

const putInstance = () => {
  aws.ecs.putContainerInstance({
    containerInstanceArn: `${ARN}:container-instance/demo/ci`,
    ec2InstanceId: 'i-1',
  });
  aws.ec2.putInstance({
    InstanceId: 'i-1',
    InstanceType: 't3.small',
    PrivateIpAddress: '10.1.0.1',
    PublicIpAddress: '54.0.0.1',
    SubnetId: 'subnet-ec2',
    VpcId: 'vpc-1',
    Tags: [{ Key: 'Rack', Value: 'r1' }],
  });
};

describe('a target for each task', () => {
  it('is another one where its labels differ, of one URL too, as in Prometheus', async () => {
    putInstance();
    for (const id of ['one', 'two']) aws.ecs.putTask(onInstance(id));
    const withTask = [
      relabelConfig.parse({ source_labels: ['__meta_ecs_task_arn'], target_label: 'task' }),
    ];

    const { targets, leftOut } = await discover(taskJob({ relabeling: withTask }));
    expect(targets.map(({ url, labels }) => [url, labels.task?.split('/').at(-1)]).sort()).toEqual([
      ['http://10.1.0.1:9100/metrics', 'one'],
      ['http://10.1.0.1:9100/metrics', 'two'],
    ]);
    expect(new Set(targets.map(({ id }) => id)).size).toBe(2);
    expect(leftOut).toEqual([]);

    const alike = await discover(taskJob({ relabeling: [] }));
    expect([alike.targets.length, countsOf(alike.leftOut)]).toEqual([1, { duplicate: 1 }]);
  });

  it('with all that Prometheus says of it', async () => {
    aws.ecs.putCluster('demo', [{ key: 'Env', value: 'prod' }]);
    aws.ecs.putService({
      serviceArn: `${ARN}:service/demo/shop`,
      serviceName: 'shop',
      status: 'ACTIVE',
      tags: [{ key: 'Team/Name', value: 'a' }],
    });
    aws.ec2.putNetworkInterface({
      NetworkInterfaceId: 'eni-1',
      Association: { PublicIp: '54.1.2.3' },
    });
    aws.ecs.putTask(
      task('t', '', {
        group: 'service:shop',
        availabilityZone: 'us-east-1a',
        platformFamily: 'Linux',
        platformVersion: '1.4.0',
        healthStatus: 'HEALTHY',
        startedAt: new Date(900_000),
        tags: [{ key: 'version', value: '7' }],
        attachments: eni('10.0.0.1', { subnetId: 'subnet-1', networkInterfaceId: 'eni-1' }),
      }),
    );

    const result = await discover();

    expect(result).toMatchObject({ leftOut: [], errors: [] });
    expect(result.targets).toMatchObject([
      { id: 'ecs http://10.0.0.1:9100/metrics', startedAt: 900_000 },
    ]);
    expect(labelsOf(result)).toEqual([
      {
        job: 'ecs',
        instance: '10.0.0.1:9100',
        cluster: 'demo',
        cluster_arn: `${ARN}:cluster/demo`,
        service: 'shop',
        service_arn: `${ARN}:service/demo/shop`,
        service_status: 'ACTIVE',
        task_arn: `${ARN}:task/demo/t`,
        task_definition: `${ARN}:task-definition/web:1`,
        task_group: 'service:shop',
        region: 'us-east-1',
        availability_zone: 'us-east-1a',
        subnet_id: 'subnet-1',
        ip_address: '10.0.0.1',
        public_ip: '54.1.2.3',
        launch_type: 'FARGATE',
        platform_family: 'Linux',
        platform_version: '1.4.0',
        desired_status: 'RUNNING',
        last_status: 'RUNNING',
        health_status: 'HEALTHY',
        network_mode: 'awsvpc',
        tag_cluster_Env: 'prod',
        tag_service_Team_Name: 'a',
        tag_task_version: '7',
      },
    ]);
    expect(aws.calls.count('DescribeTaskDefinition')).toBe(0);
  });

  it('is none where there are no tasks', async () => {
    aws.ecs.putCluster('demo');
    expect(await discover()).toMatchObject({ targets: [], leftOut: [], errors: [] });
  });

  it('is none for a task without a network interface or an instance', async () => {
    aws.ecs.putTask(task('t', '', { attachments: [] }));
    expect(await discover()).toMatchObject({
      targets: [],
      leftOut: [{ reason: 'no_address', count: 1 }],
    });
  });

  it('of a group of its own has no service', async () => {
    aws.ecs.putTask(task('t', '10.0.0.1', { group: 'nightly' }));
    const [labels] = labelsOf(await discover());
    expect(labels).toMatchObject({ task_group: 'nightly' });
    expect(Object.keys(labels!)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^service/)]),
    );
  });

  it('with bridge networking is at its instance', async () => {
    putInstance();
    aws.ecs.putTask(onInstance('t'));
    expect(labelsOf(await discover())).toMatchObject([
      {
        instance: '10.1.0.1:9100',
        ip_address: '10.1.0.1',
        public_ip: '54.0.0.1',
        subnet_id: 'subnet-ec2',
        network_mode: 'bridge',
        container_instance_arn: `${ARN}:container-instance/demo/ci`,
        ec2_instance_id: 'i-1',
        ec2_instance_type: 't3.small',
        ec2_instance_private_ip: '10.1.0.1',
        ec2_instance_public_ip: '54.0.0.1',
        tag_ec2_Rack: 'r1',
      },
    ]);
  });

  it('with awsvpc on an EC2 instance is at its own address, and says where it runs', async () => {
    putInstance();
    const attachments = eni('10.0.0.9', { subnetId: 'subnet-task' });
    aws.ecs.putTask(onInstance('t', { attachments }));
    const [labels] = labelsOf(await discover());
    expect(labels).toMatchObject({
      instance: '10.0.0.9:9100',
      subnet_id: 'subnet-task',
      network_mode: 'awsvpc',
      ec2_instance_id: 'i-1',
      ec2_instance_private_ip: '10.1.0.1',
    });
    expect(labels).not.toHaveProperty('public_ip');
  });

  it('in any mixture of them', async () => {
    putInstance();
    aws.ecs.putTask(task('fargate', '10.0.0.1'));
    aws.ecs.putTask(onInstance('bridge'));
    aws.ecs.putTask(task('pending', '10.0.0.2', { lastStatus: 'PENDING' }));
    const result = await discover();
    expect(instances(result)).toEqual(['10.0.0.1:9100', '10.1.0.1:9100']);
    expect(countsOf(result.leftOut)).toEqual({ not_running: 1 });
  });

  it('of which the API says next to nothing', async () => {
    aws.ecs.putTask({
      taskArn: `${ARN}:task/demo/t`,
      lastStatus: 'RUNNING',
      attachments: eni('10.0.0.1'),
    });
    expect(labelsOf(await discover())).toEqual([
      {
        job: 'ecs',
        instance: '10.0.0.1:9100',
        cluster: 'demo',
        task_arn: `${ARN}:task/demo/t`,
        region: 'us-east-1',
        ip_address: '10.0.0.1',
        last_status: 'RUNNING',
        network_mode: 'awsvpc',
      },
    ]);
  });

  it('has no labels but those that relabeling makes', async () => {
    aws.ecs.putTask(task('t', '10.0.0.1'));
    const result = await discover(taskJob({ relabeling: [] }));
    expect(labelsOf(result)).toEqual([{ job: 'ecs', instance: '10.0.0.1:9100' }]);
  });
});

describe('several entries', () => {
  it('with the same clusters ask once', async () => {
    aws.ecs.putTask(task('t', '10.0.0.1'));
    const result = await discover(
      taskJob({ name: 'a' }, entry({ port: 1 }), entry({ port: 2 })),
      taskJob({ name: 'b' }, entry({ port: 3 })),
    );
    expect(result.targets.map(({ id }) => id)).toEqual([
      'a http://10.0.0.1:1/metrics',
      'a http://10.0.0.1:2/metrics',
      'b http://10.0.0.1:3/metrics',
    ]);
    expect(aws.calls.count('ListTasks')).toBe(1);
    expect(aws.calls.count('DescribeTasks')).toBe(1);
  });

  it('with other clusters, Regions and credentials ask for their own', async () => {
    const roleArn = 'arn:aws:iam::210987654321:role/reader';
    aws.roles.put(roleArn);
    aws.ecs.putTask(task('here', '10.0.0.1'));
    const far = aws.at('210987654321', 'eu-west-1');
    far.ecs.putTask({ ...task('far', '10.9.0.1'), clusterArn: 'far' });
    const result = await discover(
      taskJob(
        {},
        entry({ sources: [{ clusters: ['demo'], region: aws.region }] }),
        entry({ sources: [{ clusters: ['far'], region: 'eu-west-1', role: { arn: roleArn } }] }),
      ),
    );
    expect(result.errors).toEqual([]);
    expect(instances(result)).toEqual(['10.0.0.1:9100', '10.9.0.1:9100']);
  });

  it('beside ecs_service_discovery give what that does not', async () => {
    aws.ecs.putTask(task('t', '10.0.0.1'));
    const { discover: find } = discoveryFor(
      [job({ name: 'containers' }), taskJob({ name: 'tasks' })],
      {
        discovery: discoveryOf(),
      },
    );
    const result = await find(signal);
    // The definition is unknown here, which only the containers need.
    expect(result.targets.map(({ job: name }) => name)).toEqual(['tasks']);
    expect(countsOf(result.leftOut)).toEqual({ no_definition: 1 });
  });
});

describe('a discovery of tasks', () => {
  it('signs with the access key that it was given, at the endpoint that it was given', async () => {
    const other = await startAws();
    try {
      other.ecs.putTask(task('t', '10.0.0.7'));
      const source = {
        clusters: ['demo'],
        region: aws.region,
        endpoint: other.url,
        accessKey: { id: 'AKIAOTHER', secret: new Secret('hunter2') },
      };
      const result = await discover(taskJob({}, entry({ sources: [source], lookups: new Set() })));
      expect(instances(result)).toEqual(['10.0.0.7:9100']);
      expect(aws.calls.count('ListTasks')).toBe(0);
    } finally {
      await other.close();
    }
  });

  it('asks for nothing that no rule reads', async () => {
    aws.ecs.putTask(task('t', '10.0.0.1', { group: 'service:shop' }));
    await discover(taskJob({}, entry({ lookups: new Set() })));
    for (const operation of ['DescribeServices', 'DescribeClusters', 'DescribeNetworkInterfaces']) {
      expect({ [operation]: aws.calls.count(operation) }).toEqual({ [operation]: 0 });
    }
  });

  it('tells which of its tasks have stopped', async () => {
    aws.ecs.putTask(task('a', '10.0.0.1'));
    aws.ecs.putTask(task('b', '10.0.0.2'));
    const discovery = discoveryFor([taskJob()]);
    const { targets } = await discovery.discover(signal);
    aws.ecs.removeTask(`${ARN}:task/demo/a`);
    const { ids } = await discovery.stopped(
      targets.map(({ id }) => id),
      signal,
    );
    expect([...ids]).toEqual(['ecs http://10.0.0.1:9100/metrics']);
  });
});

describe('another configuration', () => {
  it('goes on with what is known of the clusters that it asks for too', async () => {
    aws.ecs.putTask(task('t', '10.0.0.1'));
    const first = discoveryFor([taskJob()]);
    await first.discover(signal);
    const second = first.reconfigured({ jobs: [taskJob({ name: 'new' }, entry({ port: 7 }))] });
    expect((await second.discover(signal)).targets.map(({ id }) => id)).toEqual([
      'new http://10.0.0.1:7/metrics',
    ]);
    expect(aws.calls.count('ListTasks')).toBe(1);
  });

  it('with another secret asks again', async () => {
    aws.ecs.putTask(task('t', '10.0.0.1'));
    const withSecret = (secret: string) => {
      const accessKey = { id: 'AKIA', secret: new Secret(secret) };
      return taskJob({}, entry({ sources: [{ clusters: ['demo'], accessKey }] }));
    };
    const first = discoveryFor([withSecret('one')]);
    await first.discover(signal);
    await first.reconfigured({ jobs: [withSecret('two')] }).discover(signal);
    expect(aws.calls.count('ListTasks')).toBe(2);
  });
});
