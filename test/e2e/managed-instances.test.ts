import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { type DeliveredEvent, readEvent, statistics } from '../../cli/demo/cloudwatch-view.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { Collector } from '../../lambda/collect.ts';
import { defaultDocument } from '../../lambda/config/native/default.ts';
import type { NativeInput } from '../../lambda/config/native/native.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../lambda/discovery/discover.ts';
import type { Output } from '../../lambda/model/delivery/event.ts';
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
import { recordingOutput } from '../collect/recording-output.ts';
import { load } from '../config/loading.ts';
import { minutesAtOnce } from '../config/minutes-at-once.ts';
import { definition, definitionArn, task as ecsTask } from '../discovery/ecs/cluster/cluster-of.ts';
import { CLUSTER, type InstanceTask, StandInInstance } from './stand-in-instance.ts';

/**
 * Two Managed Instances with 40 tasks each, none of which has a sidecar: the real daemon on each, and a collector with the built-in
 * configuration. A second one takes the samples of a minute at once, so that a test needs to wait for a poll alone.
 */

const TASKS = 40;

/** The daemon polls every 9.5 s, and this waits for several polls. */
const SLOW = 180_000;

/** Of the alarm on the worst task of a service, in percent. */
const THRESHOLD = 90;

/** The services by whether their worst task is above it. */
const HIGH = { shop: true, search: false, gauge: false };

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
let builtIn: Collector;
let collector: Collector;
/** What the first one publishes. */
const minutes = recordingOutput();

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
  builtIn = await collectorOf(defaultDocument(), place, minutes);
  const logs = cloudWatchLogsOutput({ client: logsClient(place) });
  collector = await collectorOf(minutesAtOnce(defaultDocument()), place, logs);
}, SLOW);

afterAll(async () => {
  for (const instance of instances) await instance[Symbol.asyncDispose]();
  await aws.close();
});

async function collectorOf(
  document: NativeInput,
  place: Parameters<typeof awsClients>[0],
  output: Output,
): Promise<Collector> {
  const config = await load({
    env: { [ENV.config]: JSON.stringify(document), [ENV.cluster]: CLUSTER },
  });
  return new Collector({
    config,
    discovery: createDiscovery({
      config,
      clientsOf: awsClients(place, loadEc2),
      fetch: fetchExposition,
      clock: systemClock,
    }),
    scraper: new Scraper(Date.now, new AnswerDecoder()),
    state: new MemoryState(),
    outputs: [output],
    now: Date.now,
  });
}

const delivered = (): DeliveredEvent[] =>
  aws.logs.events().map(({ message }) => readEvent(message));

/** Values of a metric that were published of a task, oldest first. */
function valuesOf(name: string, taskId: string, events = delivered()): number[] {
  return events
    .filter(({ fields }) => fields.TaskId === taskId)
    .sort((one, other) => one.timestamp - other.timestamp)
    .flatMap(({ fields }) => (fields[name] ?? []) as number | number[]);
}

/** Events have fewer digits than a page. */
const rounded = (value: number) => Math.round(value * 1_000) / 1_000;

it(
  'each task’s CPU and memory are those of the documents, under the labels of the task, and the alarm of its service fires',
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
    expectTruth(delivered());
    expect(services(delivered())).toEqual(HIGH);

    // Nothing is missing: a minute of the clock is not over yet, or the daemon began within it.
    const first = await builtIn.collect(30_000);
    expect(first).toMatchObject({ targets, nothingPublished: false });
  },
  SLOW,
);

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
  'with the built-in configuration each task has its whole minutes, and the alarm on the worst task of a service fires',
  async () => {
    const events = () => minutes.accepted.map(({ message }) => readEvent(message));
    while (events().length === 0) {
      await Promise.all(instances.map((instance) => instance.polled()));
      expect(await builtIn.collect(30_000)).toMatchObject({ nothingPublished: false });
    }
    expectTruth(events());
    expect(services(events())).toEqual(HIGH);
    // One event a minute.
    const times = events().map(({ fields, timestamp }) => `${fields.TaskId} ${timestamp}`);
    expect(new Set(times).size).toBe(times.length);
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

/** Whether the greatest CPU utilization of each service is above the threshold of its alarm. */
function services(events: readonly DeliveredEvent[]): Record<string, boolean> {
  return Object.fromEntries(
    statistics(events)
      .filter(({ name }) => name === TASK_CPU_UTILIZATION)
      .map(({ dimensions, maximum }) => [dimensions.ServiceName, maximum > THRESHOLD]),
  );
}

function expectTruth(events: DeliveredEvent[]): void {
  for (const { tasks } of instances) {
    for (const { id: taskId, cpu, memory, service, family } of tasks) {
      const own = events.find(({ fields }) => fields.TaskId === taskId);
      expect(own?.fields).toMatchObject({ ClusterName: CLUSTER, TaskDefinitionFamily: family });
      // The daemon is found by its name, as a service is.
      expect(own?.fields.ServiceName).toBe(service ?? 'gauge');
      expect(valuesOf(TASK_CPU_UTILIZATION, taskId, events).at(-1)).toBeCloseTo(cpu, 1);
      expect(valuesOf(TASK_MEMORY_UTILIZATION, taskId, events).at(-1)).toBeCloseTo(memory, 1);
    }
  }
}
