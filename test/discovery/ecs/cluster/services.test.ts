import type { Service, Task } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../../../cli/demo/aws/server.ts';
import { ApiCalls } from '../../../../lambda/discovery/aws/api-calls.ts';
import { RequestBudget } from '../../../../lambda/discovery/aws/request-budget.ts';
import { Services } from '../../../../lambda/discovery/ecs/cluster/services.ts';
import { systemClock } from '../../../../lambda/model/waiting/clock.ts';
import { clientsOf } from '../../../cli/demo/aws/clients.ts';
import { task } from './cluster-of.ts';

let aws: Aws;
let services: Services;

beforeEach(async () => {
  aws = await startAws({ ecs: { clusters: ['demo'] } });
  services = new Services(clientsOf(aws).ecs, 'demo');
});

afterEach(() => aws.close());

const put = (serviceName: string, more: Partial<Service> = {}) =>
  aws.ecs.putService({
    serviceArn: aws.ecs.arnOf(`service/demo/${serviceName}`),
    serviceName,
    status: 'ACTIVE',
    ...more,
  });
const run = (more: Partial<Task>) => task('t', '10.0.0.1', more);
const read = async (tasks: Task[], always = false) => {
  const calls = new ApiCalls(
    new RequestBudget(systemClock),
    'of demo',
    new AbortController().signal,
  );
  await services.read(tasks, always, calls);
  return calls.errors.map(({ message }) => message);
};

describe('the service of a task', () => {
  it.each<[string, Partial<Task>, string | undefined]>([
    ['a service', { group: 'service:shop', startedBy: 'ecs-svc/1' }, 'shop'],
    ['a family', { group: 'family:shop', startedBy: 'me' }, undefined],
    ['a group of its own', { group: 'shop' }, undefined],
    ['a family, started by nobody', { group: 'family:shop' }, undefined],
    ['no group, started by nobody', { group: undefined }, undefined],
    ['a group with a similar name', { group: 'service:' }, undefined],
  ])('of %s is known without a question', async (_, ofTask, expected) => {
    await read([run(ofTask)]);
    expect(services.nameOf(run(ofTask))).toBe(expected);
    expect(aws.calls.count('ListServices')).toBe(0);
  });

  it.each<[string, Partial<Service>]>([
    ['of a rolling update that begins', { deployments: [{ id: 'ecs-svc/1', status: 'PRIMARY' }] }],
    ['of a rolling update that ends', { deployments: [{ id: 'ecs-svc/1', status: 'ACTIVE' }] }],
    ['that has ended', { deployments: [{ id: 'ecs-svc/1', status: 'INACTIVE' }] }],
    [
      'of a blue/green deployment by CodeDeploy',
      {
        deploymentController: { type: 'CODE_DEPLOY' },
        taskSets: [
          { id: 'ecs-svc/0', status: 'PRIMARY', startedBy: 'CODE_DEPLOY' },
          { id: 'ecs-svc/1', status: 'ACTIVE', startedBy: 'CODE_DEPLOY' },
        ],
      },
    ],
    [
      'of an external deployment',
      {
        deploymentController: { type: 'EXTERNAL' },
        taskSets: [{ id: 'ecs-svc/1', status: 'DRAINING' }],
      },
    ],
  ])('that only its deployment tells is found: one %s', async (_, service) => {
    put('shop', service);
    put('other', { deployments: [{ id: 'ecs-svc/2' }] });
    const ofDeployment = run({ group: undefined, startedBy: 'ecs-svc/1' });
    expect(await read([ofDeployment])).toEqual([]);
    expect(services.nameOf(ofDeployment)).toBe('shop');
  });

  it('is asked for once, until there is a deployment that is not known', async () => {
    put('shop', { deployments: [{ id: 'ecs-svc/1' }] });
    const first = run({ group: undefined, startedBy: 'ecs-svc/1' });
    await read([first]);
    await read([first]);
    expect(aws.calls.count('ListServices')).toBe(1);

    put('shop', { deployments: [{ id: 'ecs-svc/2' }] });
    const second = run({ group: undefined, startedBy: 'ecs-svc/2' });
    await read([first, second]);
    expect(aws.calls.count('ListServices')).toBe(2);
    expect(services.nameOf(second)).toBe('shop');
  });
});

describe('all services', () => {
  it('are listed by the hundred and described by the ten, with status and tags', async () => {
    for (let n = 0; n < 120; n += 1) put(`s${n}`, { tags: [{ key: 'n', value: `${n}` }] });
    expect(await read([], true)).toEqual([]);
    expect(aws.calls.count('ListServices')).toBe(2);
    expect(aws.calls.count('DescribeServices')).toBe(12);
    expect(services.get('s119')).toMatchObject({
      status: 'ACTIVE',
      tags: [{ key: 'n', value: '119' }],
    });
  });

  it('are those that there are now', async () => {
    put('old');
    await read([], true);
    aws.ecs.removeService(aws.ecs.arnOf('service/demo/old'));
    put('new');
    await read([], true);
    expect([services.get('old'), services.get('new')?.status]).toEqual([undefined, 'ACTIVE']);
  });

  it.each([
    ['ListServices', ''],
    ['DescribeServices', ' (asked for service shop)'],
  ])('stay as they were where %s fails', async (operation, about) => {
    put('shop', { deployments: [{ id: 'ecs-svc/1' }] });
    await read([], true);
    aws.faults.inject(operation, { kind: 'throttle' });
    expect(await read([], true)).toEqual([
      `${operation} of demo failed. ThrottlingException: Rate exceeded${about}`,
    ]);
    expect(services.get('shop')).toBeDefined();
    expect(services.nameOf(run({ group: undefined, startedBy: 'ecs-svc/1' }))).toBe('shop');
  });
});
