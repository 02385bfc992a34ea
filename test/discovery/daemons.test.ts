import type { Task } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { defaultDocument } from '../../lambda/config/native/default.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../lambda/discovery/discover.ts';
import { type ListedTarget, targetFrom } from '../../lambda/discovery/listed-target.ts';
import type { Config, ScrapeJob } from '../../lambda/model/settings/config.ts';
import { ENV } from '../../lambda/model/settings/names.ts';
import type { ToldTask } from '../../lambda/model/targets/tasks.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { load } from '../config/loading.ts';
import { container, definition, definitionArn, task } from './ecs/cluster/cluster-of.ts';

/** Tasks of Managed Daemons, of which one runs on each Managed Instance. */

const ARN = 'arn:aws:ecs:us-east-1:123456789012';
const INSTANCES = ['one', 'two'] as const;
const instanceArn = (name: string) => `${ARN}:container-instance/demo/${name}`;

/** The tags that `InstanceDaemon` propagates. */
const TAGS = [
  { key: 'ECS_PROMETHEUS_EXPORTER_PORT', value: '9000' },
  { key: 'ECS_PROMETHEUS_METRICS_PATH', value: '/metrics' },
  { key: 'job', value: 'fargauge-sidecar' },
];

let aws: Aws;

beforeEach(async () => {
  aws = await startAws({
    ecs: {
      clusters: ['demo'],
      containerInstances: INSTANCES.map((name) => ({
        containerInstanceArn: instanceArn(name),
        ec2InstanceId: `i-${name}`,
      })),
    },
    ec2: {
      instances: INSTANCES.map((name, index) => ({
        InstanceId: `i-${name}`,
        PrivateIpAddress: `10.0.0.${index + 1}`,
        InstanceType: 'm7g.large',
        VpcId: 'vpc-1',
        SubnetId: 'subnet-1',
      })),
    },
  });
});

afterEach(async () => {
  await aws.close();
});

const onInstance = (id: string, instance: string, more: Partial<Task> = {}): Task =>
  task(id, '10.9.0.1', {
    launchType: 'MANAGED_INSTANCES',
    containerInstanceArn: instanceArn(instance),
    ...more,
  });

const daemon = (id: string, instance: string, more: Partial<Task> = {}): Task =>
  onInstance(id, instance, {
    taskDefinitionArn: `${ARN}:daemon-task-definition/gauge:3`,
    group: 'daemon:gauge',
    attachments: [],
    containers: [{ name: 'fargauge-sidecar' }],
    availabilityZone: 'us-east-1a',
    ...more,
  });

async function discovery(document: unknown = defaultDocument()) {
  const env = { [ENV.config]: JSON.stringify(document), [ENV.cluster]: 'demo' };
  const config: Config = await load({ env });
  const clientsOf = awsClients(
    {
      endpoint: aws.url,
      region: aws.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    loadEc2,
  );
  const made = createDiscovery({ config, clientsOf, fetch: fetchExposition, clock: systemClock });
  const found = await made.discover(AbortSignal.timeout(10_000));
  return { config, found, listed: made.list() };
}

describe('the default configuration', () => {
  it('finds a daemon by the name of its container, at the address of its instance', async () => {
    aws.ecs.putTask(daemon('d', 'one'));
    const { found } = await discovery();
    expect(found).toMatchObject({ errors: [], leftOut: [] });
    expect(found.targets).toEqual([
      expect.objectContaining({
        url: 'http://10.0.0.1:9546/metrics',
        history: true,
        place: { task: 'd', machine: instanceArn('one') },
        labels: expect.objectContaining({
          job: 'fargauge-sidecar',
          ServiceName: 'gauge',
          TaskDefinitionFamily: 'gauge',
          TaskRevision: '3',
          InstanceType: 'm7g.large',
        }),
      }),
    ]);
  });

  it('finds it by its tags, which stand for the docker labels that its definition cannot have', async () => {
    aws.ecs.putTask(daemon('d', 'one', { tags: TAGS, containers: [{ name: 'agent' }] }));
    const { found } = await discovery();
    expect(found.targets).toEqual([
      expect.objectContaining({ url: 'http://10.0.0.1:9000/metrics', history: true }),
    ]);
  });

  it('leaves the daemons of others alone, and asks for no task definition of any', async () => {
    aws.ecs.putTask(daemon('d', 'one', { containers: [{ name: 'cloudwatch-agent' }] }));
    const { found } = await discovery();
    expect(found).toMatchObject({ targets: [], errors: [] });
    expect(aws.calls.count('DescribeTaskDefinition')).toBe(0);
    expect(aws.calls.count('ListServices')).toBe(0);
  });
});

it('a daemon is found by its name, as the tasks of a service are', async () => {
  aws.ecs.putTask(daemon('d', 'one', { tags: TAGS }));
  const { found } = await discovery({
    log_group_name: '/x',
    ecs_service_discovery: {
      service_name_list_for_tasks: [
        { sd_service_name_pattern: '^gauge$', sd_metrics_ports: '9000', sd_job_name: 'own' },
      ],
    },
    scrape_configs: [{ job_name: 'ecs', ecs_discovered: true }],
    emf_processor: { metric_namespace: 'N', metric_declaration: [] },
  });
  expect(found.targets.map(({ url, job }) => [url, job])).toEqual([
    ['http://10.0.0.1:9000/metrics', 'own'],
  ]);
});

describe('where a daemon is required', () => {
  const required = () => {
    const { ecs_service_discovery: section, ...rest } = defaultDocument();
    return { ...rest, ecs_service_discovery: { ...section, daemon: 'required' } };
  };

  it('the Managed Instances without one are told by name, and once, however many tasks they run', async () => {
    aws.ecs.putTaskDefinition(definition('web', []));
    aws.ecs.putTask(daemon('d', 'one'));
    for (const id of ['a', 'b']) aws.ecs.putTask(onInstance(id, 'two'));
    aws.ecs.putTask(onInstance('c', 'three', { launchType: 'EC2' }));
    const { found } = await discovery(required());
    expect(found.leftOut.filter(({ reason }) => reason === 'no_daemon')).toEqual([
      {
        reason: 'no_daemon',
        count: 1,
        remedy: expect.stringContaining('InstanceDaemon'),
        causes: [{ count: 1, cluster: 'demo', instance: 'two' }],
      },
    ]);
  });

  it('one that is no target is none', async () => {
    aws.ecs.putTask(daemon('d', 'one', { containers: [{ name: 'cloudwatch-agent' }] }));
    const { found } = await discovery(required());
    expect(found.leftOut.map(({ reason }) => reason)).toContain('no_daemon');
  });

  it('nothing is told where it is optional, as by default', async () => {
    aws.ecs.putTaskDefinition(definition('web', []));
    aws.ecs.putTask(onInstance('a', 'two'));
    const { found } = await discovery();
    expect(found.leftOut.map(({ reason }) => reason)).not.toContain('no_daemon');
  });
});

it('discovery knows on which machine each running task is, targets or not', async () => {
  aws.ecs.putTaskDefinition(definition('web', []));
  const startedAt = new Date(1_000);
  aws.ecs.putTask(onInstance('a', 'two', { startedAt }));
  aws.ecs.putTask(task('f', '10.0.9.9'));
  const { found } = await discovery();
  expect([...found.tasks]).toEqual([
    ['a', { machine: instanceArn('two'), startedAt: 1_000 }],
    ['f', { machine: `${ARN}:task/demo/f`, startedAt: undefined }],
  ]);
});

const TOLD: ToldTask = {
  id: 'a',
  family: 'web',
  revision: '7',
  service: 'shop',
  cluster: 'demo',
  launchType: 'MANAGED_INSTANCES',
  availabilityZone: 'us-east-1a',
};

describe('the target of a task of which a daemon tells', () => {
  /** As discovery would find the task if it had a sidecar. */
  const withSidecar = async (document?: unknown) => {
    aws.ecs.putTaskDefinition(
      definition(
        'web',
        [
          container({
            name: 'fargauge-sidecar',
            dockerLabels: Object.fromEntries(TAGS.map(({ key, value }) => [key, value])),
            portMappings: [{ containerPort: 9000, hostPort: 9000 }],
          }),
        ],
        { taskDefinitionArn: definitionArn('web', 7), revision: 7 },
      ),
    );
    const more: Partial<Task> = {
      taskDefinitionArn: definitionArn('web', 7),
      group: 'service:shop',
      availabilityZone: 'us-east-1a',
    };
    aws.ecs.putTask(onInstance('a', 'one', more));
    const { found } = await discovery(document);
    return found.targets[0];
  };
  const byDaemon = async (document?: unknown) => {
    aws.ecs.removeTask(`${ARN}:task/demo/a`);
    aws.ecs.putTask(daemon('d', 'one', { tags: TAGS }));
    const { found } = await discovery(document);
    return found.targets[0]?.neighbour?.(TOLD);
  };
  const RELABELED = () => ({
    ...defaultDocument(),
    scrape_configs: [
      {
        job_name: 'ecs',
        ecs_discovered: true,
        honor_labels: true,
        relabel_configs: [
          { source_labels: ['ServiceName'], target_label: 'service' },
          { source_labels: ['__meta_ecs_task_definition'], target_label: 'definition' },
          { source_labels: ['__meta_ecs_ec2_instance_id'], target_label: 'node' },
          { action: 'labeldrop', regex: 'ServiceName' },
        ],
      },
    ],
  });

  it.each([
    ['by default', undefined],
    ['after relabeling', RELABELED],
  ])(
    'has the labels that it would have with a sidecar, but for its instance, %s',
    async (_, document) => {
      const own = await withSidecar(document?.());
      const told = await byDaemon(document?.());
      expect(own?.labels.instance).toBe('10.9.0.1:9000');
      expect({ ...told?.labels }).toEqual({ ...own?.labels, instance: '10.0.0.1:9000/a' });
      const { id: _id, url: _url, labels: _labels, ...settings } = told ?? {};
      expect(own).toMatchObject(settings);
    },
  );

  it('is none where relabeling drops it', async () => {
    const document = {
      ...defaultDocument(),
      scrape_configs: [
        {
          job_name: 'ecs',
          ecs_discovered: true,
          relabel_configs: [{ source_labels: ['ServiceName'], regex: 'shop', action: 'drop' }],
        },
      ],
    };
    aws.ecs.putTask(daemon('d', 'one'));
    const { found } = await discovery(document);
    expect(found.targets).toHaveLength(1);
    expect(found.targets[0]?.neighbour?.(TOLD)).toBeUndefined();
  });

  it.each([
    ['by default', undefined],
    ['after relabeling', RELABELED],
  ])('is the same in a shard, %s', async (_, document) => {
    aws.ecs.putTask(daemon('d', 'one', { tags: TAGS }));
    const { config, found, listed } = await discovery(document?.());
    const [first] = JSON.parse(JSON.stringify(listed)) as ListedTarget[];
    const jobs = new Map(config.jobs.map((job): [string, ScrapeJob] => [job.name, job]));
    const again = targetFrom(first!, jobs);
    expect(again?.place).toEqual(found.targets[0]?.place);
    expect(again?.neighbour?.(TOLD)).toEqual(found.targets[0]?.neighbour?.(TOLD));
  });

  it('says of a daemon that a static configuration names what that says itself', async () => {
    const { found } = await discovery({
      log_group_name: '/x',
      scrape_configs: [
        { job_name: 'fargauge-sidecar', static_configs: [{ targets: ['10.1.1.1:9546'] }] },
      ],
      emf_processor: { metric_namespace: 'N', metric_declaration: [] },
    });
    expect({ ...found.targets[0]?.neighbour?.(TOLD)?.labels }).toEqual({
      job: 'fargauge-sidecar',
      instance: '10.1.1.1:9546/a',
      ClusterName: 'demo',
      ServiceName: 'shop',
      TaskDefinitionFamily: 'web',
      TaskRevision: '7',
      TaskGroup: 'service:shop',
      TaskId: 'a',
      LaunchType: 'MANAGED_INSTANCES',
      AvailabilityZone: 'us-east-1a',
    });
  });
});
