import type { Task } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { type AwsClientsOf, awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery, REFRESH_TIMEOUT_MS } from '../../lambda/discovery/discover.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { SimulatedClock } from '../model/waiting/simulated-clock.ts';
import {
  container,
  definition,
  definitionArn,
  discoveryOf,
  job,
  task,
} from './ecs/cluster/cluster-of.ts';

const TASKS = 10_000;
const DEFINITIONS = 150;
const SERVICES = 500;
/** Three tasks in ten run on them, with bridge networking; the others are Fargate. */
const INSTANCES = 400;

/** Simulated milliseconds of a call, beside those that it waits for its turn. */
const LATENCY_MS = 80;

const OPERATIONS = [
  'ListTasks',
  'DescribeTasks',
  'DescribeTaskDefinition',
  'DescribeContainerInstances',
  'ListServices',
  'DescribeServices',
  'DescribeInstances',
];

const ARN = 'arn:aws:ecs:us-east-1:123456789012';

let aws: Aws;
let clock: SimulatedClock;

beforeEach(async () => {
  clock = new SimulatedClock();
  aws = await startAws({ clock: () => clock.now() });
  for (let n = 0; n < DEFINITIONS; n += 1) aws.ecs.putTaskDefinition(definitionOf(n));
  for (let n = 0; n < SERVICES; n += 1) {
    aws.ecs.putService({
      serviceArn: `${ARN}:service/demo/s${n}`,
      serviceName: `s${n}`,
      status: 'ACTIVE',
    });
  }
  for (let n = 0; n < INSTANCES; n += 1) {
    const id = `i-${n}`;
    aws.ecs.putContainerInstance({ containerInstanceArn: instanceArn(n), ec2InstanceId: id });
    aws.ec2.putInstance({ InstanceId: id, PrivateIpAddress: address(60_000 + n) });
  }
  for (let n = 0; n < TASKS; n += 1) aws.ecs.putTask(taskOf(n));
});

afterEach(() => aws.close());

const address = (n: number) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
const instanceArn = (n: number) => `${ARN}:container-instance/demo/c${n}`;
const isBridge = (n: number) => n % 10 < 3;

function definitionOf(n: number) {
  const networkMode = isBridge(n) ? 'bridge' : 'awsvpc';
  return definition(`f${n}`, [container()], { networkMode });
}

/** The n-th task, as much of it as the ECS API says. */
function taskOf(n: number): Task {
  const common = {
    taskDefinitionArn: definitionArn(`f${n % DEFINITIONS}`),
    group: `service:s${n % SERVICES}`,
    startedBy: `ecs-svc/${n % SERVICES}`,
    availabilityZone: 'us-east-1a',
  };
  if (!isBridge(n)) return task(`t${n}`, address(n), common);
  return task(`t${n}`, '', {
    ...common,
    launchType: 'EC2',
    attachments: [],
    containerInstanceArn: instanceArn(Math.floor(n / 10) % INSTANCES),
    containers: [{ name: 'app', networkBindings: [{ containerPort: 9404, hostPort: 32768 + n }] }],
  });
}

/** The real clients, whose calls take simulated time. */
function slowed(clientsOf: AwsClientsOf): AwsClientsOf {
  const slow = async <Answer>(signal: AbortSignal, call: () => Promise<Answer>) => {
    await clock.sleep(LATENCY_MS, signal);
    return clock.during(call);
  };
  return (source) => {
    const { ecs, ec2 } = clientsOf(source);
    const send = (command: object, options: { abortSignal: AbortSignal }) =>
      slow(options.abortSignal, () => ecs.send(command as never, options));
    return {
      ecs: { send } as never,
      ec2: async () => {
        const api = await clock.during(ec2);
        return {
          instances: (ids, options) => slow(options.abortSignal, () => api.instances(ids, options)),
          publicIps: (ids, options) => slow(options.abortSignal, () => api.publicIps(ids, options)),
        };
      },
    };
  };
}

it('10,000 tasks are discovered below the documented request rates', async () => {
  const config = { discovery: discoveryOf({ lookups: new Set(['services']) }), jobs: [job()] };
  const clients = awsClients(
    {
      endpoint: aws.url,
      region: aws.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    },
    loadEc2,
  );
  const { discover } = createDiscovery({
    config,
    fetch: fetchExposition,
    clientsOf: slowed(clients),
    clock,
    // Simulated time is what counts.
    refreshTimeoutMs: 60_000,
  });
  const { buckets } = aws.at('123456789012', aws.region);
  const refresh = async (name: string) => {
    aws.calls.reset();
    const startedAt = clock.now();
    const result = await clock.run(discover(new AbortController().signal));
    const counts = OPERATIONS.map((operation) => [operation, aws.calls.count(operation)] as const);
    const ms = clock.now() - startedAt;
    const calls = counts.reduce((sum, [, count]) => sum + count, 0);
    console.info(
      `${name}: ${result.targets.length} targets of ${TASKS} tasks by ${calls} calls in ${(ms / 1000).toFixed(2)} s of simulated time (${LATENCY_MS} ms a call), ${aws.calls.throttled()} throttled, at least ${buckets.lowest.toFixed(0)} tokens left\n${counts.map(([operation, count]) => `  ${operation} ${count}`).join('\n')}`,
    );
    expect(aws.calls.throttled()).toBe(0);
    return { result, counts: Object.fromEntries(counts), ms };
  };

  const cold = await refresh('first refresh');
  expect(cold.result.targets).toHaveLength(TASKS);
  expect(cold.result).toMatchObject({ errors: [], leftOut: [] });
  expect(cold.counts).toEqual({
    ListTasks: TASKS / 100,
    DescribeTasks: TASKS / 100,
    DescribeTaskDefinition: DEFINITIONS,
    DescribeContainerInstances: INSTANCES / 100,
    ListServices: SERVICES / 100,
    DescribeServices: SERVICES / 10,
    DescribeInstances: INSTANCES / 200,
  });
  expect(cold.ms).toBeLessThan(REFRESH_TIMEOUT_MS);

  await clock.run(clock.sleep(60_000 - cold.ms, new AbortController().signal));
  const warm = await refresh('second refresh, a minute later');
  expect(warm.result.targets).toHaveLength(TASKS);
  expect(warm.counts).toMatchObject({
    DescribeTaskDefinition: 0,
    DescribeContainerInstances: 0,
    DescribeInstances: 0,
  });
  expect(warm.ms).toBeLessThan(REFRESH_TIMEOUT_MS);
  expect(buckets.lowest).toBeGreaterThan(0);
}, 60_000);
