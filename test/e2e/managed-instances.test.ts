import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { type DeliveredEvent, readEvent, statistics } from '../../cli/demo/cloudwatch-view.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { Collector } from '../../lambda/collect.ts';
import { defaultDocument } from '../../lambda/config/native/default.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../lambda/discovery/discover.ts';
import {
  ENV,
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import { logsClient } from '../../lambda/outputs/cloudwatch-logs/client.ts';
import { cloudWatchLogsOutput } from '../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { load } from '../config/loading.ts';
import { definition, definitionArn, task as ecsTask } from '../discovery/ecs/cluster/cluster-of.ts';
import { CLUSTER, type InstanceTask, StandInInstance } from './stand-in-instance.ts';

/**
 * Two Managed Instances with 40 tasks each, none of which has a sidecar: the real daemon on each, and the collector with its built-in
 * configuration.
 */

const TASKS = 40;

/** The daemon polls every 9.5 s, and this waits for several polls. */
const SLOW = 180_000;

/** Of the alarm on the worst task of a service, in percent. */
const THRESHOLD = 90;

const id = (instance: number, n: number) => `${instance}${String(n).padStart(31, '0')}`;

/** One of all tasks takes more than the alarm lets it. */
const tasksOf = (instance: number): InstanceTask[] => [
  ...Array.from({ length: TASKS }, (_, n) => ({
    id: id(instance, n),
    family: 'web',
    service: n % 2 === 0 ? 'shop' : 'search',
    cpu: instance === 1 && n === 6 ? 97 : 10 + n,
    memory: 80 - n,
  })),
  { id: id(instance, 99), family: 'gauge', cpu: 1, memory: 2 },
];

let aws: Aws;
let instances: readonly [StandInInstance, StandInInstance];
let collector: Collector;

beforeAll(async () => {
  const addresses = await taskAddresses(2, Math.random);
  const [one, two] = await Promise.all(
    addresses.map(({ host, sidecarPort }, index) =>
      StandInInstance.start(`i${index}`, tasksOf(index), { host, port: sidecarPort }),
    ),
  );
  instances = [one!, two!];
  aws = await startAws({
    ecs: { clusters: [CLUSTER], taskDefinitions: [definition('web', [{ name: 'app' }])] },
  });
  for (const [index, instance] of instances.entries()) {
    const { host } = addresses[index]!;
    const instanceId = `i-${instance.name}`;
    aws.ecs.putContainerInstance({ containerInstanceArn: instance.arn, ec2InstanceId: instanceId });
    aws.ec2.putInstance({ InstanceId: instanceId, PrivateIpAddress: host });
    for (const { id: taskId, service } of instance.tasks) {
      const isDaemon = service === undefined;
      const taskDefinitionArn = isDaemon
        ? definitionArn('gauge').replace('task-definition', 'daemon-task-definition')
        : definitionArn('web');
      aws.ecs.putTask(
        ecsTask(taskId, '10.1.1.1', {
          taskDefinitionArn,
          group: isDaemon ? 'daemon:gauge' : `service:${service}`,
          launchType: 'MANAGED_INSTANCES',
          containerInstanceArn: instance.arn,
          startedAt: new Date(Date.now() - 3_600_000),
          containers: [{ name: isDaemon ? 'fargauge-sidecar' : 'app' }],
        }),
      );
    }
  }
  const place = {
    endpoint: aws.url,
    region: aws.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const config = await load({
    env: { [ENV.config]: JSON.stringify(defaultDocument()), [ENV.cluster]: CLUSTER },
  });
  collector = new Collector({
    config,
    discovery: createDiscovery({
      config,
      clientsOf: awsClients(place, loadEc2),
      fetch: fetchExposition,
      clock: systemClock,
    }),
    scraper: new Scraper(Date.now, new AnswerDecoder()),
    state: new MemoryState(),
    outputs: [cloudWatchLogsOutput({ client: logsClient(place) })],
    now: Date.now,
  });
}, SLOW);

afterAll(async () => {
  for (const instance of instances) await instance[Symbol.asyncDispose]();
  await aws.close();
});

const delivered = (): DeliveredEvent[] =>
  aws.logs.events().map(({ message }) => readEvent(message));

/** Values of a metric that were published of a task, oldest first. */
function valuesOf(name: string, taskId: string): number[] {
  return delivered()
    .filter(({ fields }) => fields.TaskId === taskId)
    .sort((one, other) => one.timestamp - other.timestamp)
    .flatMap(({ fields }) => (fields[name] ?? []) as number | number[]);
}

/** Events have fewer digits than a page. */
const rounded = (value: number) => Math.round(value * 1_000) / 1_000;

it(
  'each task’s CPU and memory are those of the documents, under the labels of the task',
  async () => {
    const { targets, daemons, breaches } = await collector.collect(30_000);
    expect(targets).toEqual({
      discovered: 2 * (TASKS + 1),
      up: 2 * (TASKS + 1),
      down: 0,
      stopped: 0,
    });
    expect(daemons).toMatchObject({ daemons: 2, tasks: 2 * TASKS, refused: 0 });
    expect(breaches.filter((text) => !text.includes('got it from'))).toEqual([]);
    for (const { tasks } of instances) {
      for (const { id: taskId, cpu, memory, service, family } of tasks) {
        const [own] = delivered().filter(({ fields }) => fields.TaskId === taskId);
        expect(own?.fields).toMatchObject({ ClusterName: CLUSTER, TaskDefinitionFamily: family });
        // The daemon is found by its name, as a service is.
        expect(own?.fields.ServiceName).toBe(service ?? 'gauge');
        expect(valuesOf(TASK_CPU_UTILIZATION, taskId).at(-1)).toBeCloseTo(cpu, 1);
        expect(valuesOf(TASK_MEMORY_UTILIZATION, taskId).at(-1)).toBeCloseTo(memory, 1);
      }
    }
  },
  SLOW,
);

it('the alarm on the worst task of a service fires for a task that has no sidecar', () => {
  const worst = Object.fromEntries(
    statistics(delivered())
      .filter(({ name }) => name === TASK_CPU_UTILIZATION)
      .map(({ dimensions, maximum }) => [dimensions.ServiceName, maximum > THRESHOLD]),
  );
  expect(worst).toEqual({ shop: true, search: false, gauge: false });
});

it(
  'a daemon that cannot be reached and lives on leaves no gap, and no value counts twice',
  async () => {
    const [cut, other] = instances;
    cut.cut();
    await Promise.all([cut.polled(), other.polled()]);
    const { targets } = await collector.collect(30_000);
    expect(targets).toMatchObject({ up: TASKS + 1, down: 1 });
    await Promise.all([cut.polled(), other.polled()]);
    cut.mend();
    const { breaches } = await collector.collect(30_000);
    expect(breaches).toEqual([]);
    for (const instance of [cut, other]) {
      const points = await instance.points();
      for (const { id: taskId } of instance.tasks) {
        // There may have been another poll since.
        const known = points.get(taskId)?.map(([, value]) => rounded(value)) ?? [];
        const published = valuesOf(TASK_CPU_UTILIZATION, taskId).map(rounded);
        expect(published.length).toBeGreaterThan(2);
        expect(published).toEqual(known.slice(0, published.length));
        expect(known.length - published.length).toBeLessThan(2);
      }
    }
  },
  SLOW,
);

it(
  'one that was killed has lost what nobody had taken: the report says from when to when, and of how many tasks',
  async () => {
    const [other, killed] = instances;
    const before = valuesOf(TASK_CPU_UTILIZATION, id(1, 0)).length;
    await Promise.all([killed.polled(), other.polled()]);
    await killed.killDaemon();
    const { targets } = await collector.collect(30_000);
    expect(targets).toMatchObject({ up: TASKS + 1, down: 1 });
    await Promise.all([killed.startDaemon(), other.polled()]);
    const { breaches } = await collector.collect(30_000);
    expect(breaches).toEqual([
      expect.stringMatching(
        new RegExp(`expected the history since .*, got it from .*concerns ${TASKS + 1} tasks$`),
      ),
    ]);
    const points = await killed.points();
    expect(valuesOf(TASK_CPU_UTILIZATION, id(1, 0)).slice(before).map(rounded)).toEqual(
      points.get(id(1, 0))?.map(([, value]) => rounded(value)),
    );
  },
  SLOW,
);
