import {
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListClustersCommand,
  ListServicesCommand,
  ListTasksCommand,
  paginateListTasks,
  type Task,
} from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_DESCRIBED, MAX_DESCRIBED_SERVICES } from '../../../../cli/demo/aws/ecs.ts';
import { type Aws, startAws } from '../../../../cli/demo/aws/server.ts';
import { clientsOf } from './clients.ts';

const ARN = 'arn:aws:ecs:us-east-1:123456789012';

let aws: Aws;
let client: ECSClient;

beforeEach(async () => {
  aws = await startAws({ ecs: { clusters: ['demo'] } });
  client = clientsOf(aws).ecs;
});

afterEach(async () => {
  client.destroy();
  await aws.close();
});

const task = (id: string, more: Partial<Task> = {}): Task => ({
  taskArn: `${ARN}:task/demo/${id}`,
  clusterArn: `${ARN}:cluster/demo`,
  taskDefinitionArn: `${ARN}:task-definition/web:1`,
  lastStatus: 'RUNNING',
  desiredStatus: 'RUNNING',
  ...more,
});

const idsOf = (arns: readonly string[] | undefined) => arns?.map((arn) => arn.split('/').at(-1));

describe('ListTasks', () => {
  it('gives every task once, page by page, through the paginator of the SDK', async () => {
    for (let n = 0; n < 250; n += 1) aws.ecs.putTask(task(`t${n}`));

    const sizes: (number | undefined)[] = [];
    const seen = new Set<string>();
    for await (const page of paginateListTasks({ client }, { cluster: 'demo' })) {
      sizes.push(page.taskArns?.length);
      for (const arn of page.taskArns ?? []) seen.add(arn);
    }

    expect(sizes).toEqual([100, 100, 50]);
    expect(seen.size).toBe(250);
  });

  it('loses no task when another one goes away between two pages', async () => {
    for (const id of ['a', 'b', 'c', 'd']) aws.ecs.putTask(task(id));

    const first = await client.send(new ListTasksCommand({ cluster: 'demo', maxResults: 2 }));
    aws.ecs.removeTask(`${ARN}:task/demo/a`);
    const { nextToken } = first;
    const second = await client.send(new ListTasksCommand({ cluster: 'demo', nextToken }));

    expect(idsOf(first.taskArns)).toEqual(['a', 'b']);
    expect(idsOf(second.taskArns)).toEqual(['c', 'd']);
    expect(second.nextToken).toBeUndefined();
  });

  it.each([
    [{}, ['web', 'api', 'loose']],
    [{ serviceName: 'web' }, ['web']],
    [{ serviceName: `${ARN}:service/demo/web` }, ['web']],
    [{ family: 'api' }, ['api']],
    [{ desiredStatus: 'STOPPED' as const }, ['gone']],
    [{ startedBy: 'me' }, ['loose']],
    [{ launchType: 'EC2' as const }, ['loose']],
    [{ containerInstance: 'i1' }, ['loose']],
  ])('filters by %j', async (filter, expected) => {
    aws.ecs.putService({ serviceArn: `${ARN}:service/demo/web` });
    aws.ecs.putTask(task('web', { group: 'service:web' }));
    aws.ecs.putTask(task('api', { taskDefinitionArn: `${ARN}:task-definition/api:7` }));
    aws.ecs.putTask(task('gone', { desiredStatus: 'STOPPED' }));
    aws.ecs.putTask(
      task('loose', {
        launchType: 'EC2',
        startedBy: 'me',
        containerInstanceArn: `${ARN}:container-instance/demo/i1`,
      }),
    );

    const { taskArns } = await client.send(new ListTasksCommand({ cluster: 'demo', ...filter }));

    expect(idsOf(taskArns)).toEqual(expected);
  });

  it.each([
    [{ cluster: 'other' }, 'ClusterNotFoundException'],
    [{}, 'ClusterNotFoundException'],
    [{ cluster: 'demo', serviceName: 'none' }, 'ServiceNotFoundException'],
    [{ cluster: 'demo', maxResults: 0 }, 'InvalidParameterException'],
    [{ cluster: 'demo', maxResults: 101 }, 'InvalidParameterException'],
    [{ cluster: 'demo', nextToken: 'nonsense' }, 'InvalidParameterException'],
  ])('refuses %j with %s', async (input, name) => {
    await expect(client.send(new ListTasksCommand(input))).rejects.toMatchObject({
      name,
      $fault: 'client',
    });
  });
});

describe('DescribeTasks', () => {
  it('gives the tasks with their times, and a failure MISSING for each one that is gone', async () => {
    const createdAt = new Date('2026-05-01T12:00:00.250Z');
    aws.ecs.putTask(task('here', { createdAt, group: 'service:web' }));

    const { tasks, failures } = await client.send(
      new DescribeTasksCommand({ cluster: 'demo', tasks: [`${ARN}:task/demo/here`, 'gone'] }),
    );

    expect(tasks).toMatchObject([{ group: 'service:web', createdAt }]);
    expect(failures).toEqual([{ arn: `${ARN}:task/demo/gone`, reason: 'MISSING' }]);
  });

  it('gives tags only where they are asked for', async () => {
    aws.ecs.putTask(task('t', { tags: [{ key: 'team', value: 'a' }] }));
    const input = { cluster: `${ARN}:cluster/demo`, tasks: ['t'] };

    const plain = await client.send(new DescribeTasksCommand(input));
    const tagged = await client.send(new DescribeTasksCommand({ ...input, include: ['TAGS'] }));

    expect(plain.tasks?.[0]?.tags).toBeUndefined();
    expect(tagged.tasks?.[0]?.tags).toEqual([{ key: 'team', value: 'a' }]);
  });

  it.each([
    ['no task', []],
    ['101 tasks', Array.from({ length: MAX_DESCRIBED + 1 }, (_, n) => `t${n}`)],
  ])('refuses %s', async (_, tasks) => {
    await expect(
      client.send(new DescribeTasksCommand({ cluster: 'demo', tasks })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('DescribeTaskDefinition', () => {
  it.each([
    ['web', `${ARN}:task-definition/web:2`],
    ['web:1', `${ARN}:task-definition/web:1`],
    [`${ARN}:task-definition/web:3`, `${ARN}:task-definition/web:3`],
  ])('finds %s', async (taskDefinition, expected) => {
    for (const revision of [2, 1, 3]) {
      aws.ecs.putTaskDefinition({
        taskDefinitionArn: `${ARN}:task-definition/web:${revision}`,
        revision,
        status: revision === 3 ? 'INACTIVE' : 'ACTIVE',
      });
    }
    const answer = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    expect(answer.taskDefinition?.taskDefinitionArn).toBe(expected);
  });

  it('refuses one that was removed', async () => {
    const taskDefinition = `${ARN}:task-definition/web:1`;
    aws.ecs.putTaskDefinition({ taskDefinitionArn: taskDefinition });
    expect(aws.ecs.removeTaskDefinition(taskDefinition)).toBe(true);
    await expect(
      client.send(new DescribeTaskDefinitionCommand({ taskDefinition })),
    ).rejects.toMatchObject({
      name: 'ClientException',
      message: 'Unable to describe task definition.',
    });
  });
});

describe('services, container instances and clusters', () => {
  it('lists services ten a page and describes ten at once', async () => {
    for (let n = 0; n < 12; n += 1) aws.ecs.putService({ serviceArn: `${ARN}:service/demo/s${n}` });

    const { serviceArns = [], nextToken } = await client.send(
      new ListServicesCommand({ cluster: 'demo' }),
    );
    const described = await client.send(
      new DescribeServicesCommand({ cluster: 'demo', services: serviceArns }),
    );

    expect(idsOf(serviceArns)).toEqual([
      's0',
      's1',
      's2',
      's3',
      's4',
      's5',
      's6',
      's7',
      's8',
      's9',
    ]);
    expect(nextToken).toBeDefined();
    expect(described.services).toHaveLength(MAX_DESCRIBED_SERVICES);
    await expect(
      client.send(
        new DescribeServicesCommand({ cluster: 'demo', services: [...serviceArns, 's10'] }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('gives a failure for a service and an instance that are gone', async () => {
    aws.ecs.putService({ serviceArn: `${ARN}:service/demo/web` });
    aws.ecs.putContainerInstance({
      containerInstanceArn: `${ARN}:container-instance/demo/i1`,
      ec2InstanceId: 'i-1',
    });

    const services = await client.send(
      new DescribeServicesCommand({ cluster: 'demo', services: ['web', 'old'] }),
    );
    const instances = await client.send(
      new DescribeContainerInstancesCommand({ cluster: 'demo', containerInstances: ['i1', 'i2'] }),
    );

    expect(services.failures).toEqual([{ arn: `${ARN}:service/demo/old`, reason: 'MISSING' }]);
    expect(instances.containerInstances).toMatchObject([{ ec2InstanceId: 'i-1' }]);
    expect(instances.failures).toEqual([
      { arn: `${ARN}:container-instance/demo/i2`, reason: 'MISSING' },
    ]);
  });

  it('knows the clusters that it was given and those that a task names', async () => {
    aws.ecs.putTask(task('t', { clusterArn: `${ARN}:cluster/blue` }));

    const { clusterArns } = await client.send(new ListClustersCommand());
    const { clusters, failures } = await client.send(
      new DescribeClustersCommand({ clusters: ['blue', 'grey'] }),
    );

    expect(clusterArns).toEqual([`${ARN}:cluster/demo`, `${ARN}:cluster/blue`]);
    expect(clusters).toMatchObject([{ clusterName: 'blue', runningTasksCount: 1 }]);
    expect(failures).toEqual([{ arn: `${ARN}:cluster/grey`, reason: 'MISSING' }]);
  });

  it('wants the ARN of what is put', () => {
    expect(() => aws.ecs.putTask({})).toThrow(
      new TypeError('Expected `taskArn` to be an ARN, got `undefined` (undefined)'),
    );
  });
});
