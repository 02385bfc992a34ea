import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { logCycle } from '../../lambda/report/log.ts';
import { publishCycle } from '../../lambda/report/self-metrics.ts';
import { type AssembledCollector, assemble } from '../../lambda/wiring/assemble.ts';
import {
  container,
  definition,
  discoveryOf,
  job,
  task,
} from '../discovery/ecs/cluster/cluster-of.ts';
import { configWith, declarationOf } from './parts.ts';
import { type RecordingOutput, recordingOutput } from './recording-output.ts';

/** A task that answers, and three at addresses where nobody listens. */
const TASKS = [
  ['up', '127.0.0.1'],
  ['gone', '127.0.0.2'],
  ['ending', '127.0.0.3'],
  ['down', '127.0.0.4'],
] as const;

let aws: Aws;
let server: Server;
let output: RecordingOutput;
let collector: AssembledCollector;

beforeEach(async () => {
  server = createServer((_, response) => response.end('a 1\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dockerLabels = { ECS_PROMETHEUS_EXPORTER_PORT: String(port) };
  aws = await startAws({
    ecs: {
      taskDefinitions: [
        definition('web', [container({ dockerLabels, portMappings: [{ containerPort: port }] })]),
      ],
      tasks: TASKS.map(([id, address]) => task(id, address)),
    },
  });
  output = recordingOutput();
  const up = { selectors: ['^up$'], dimensions: [['TaskId']] };
  collector = assemble({
    config: {
      ...configWith({ declarations: [declarationOf(up)] }),
      discovery: discoveryOf(),
      jobs: [
        job(),
        job({
          name: 'static',
          discovered: false,
          staticConfigs: [{ targets: [`127.0.0.9:${port}`], labels: { TaskId: 'static' } }],
        }),
      ],
    },
    clientsOf: awsClients(
      {
        endpoint: aws.url,
        region: aws.region,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
      },
      loadEc2,
    ),
    outputsFor: () => [output],
  });
});

afterEach(async () => {
  server.close();
  await aws.close();
});

/** `up` of each task in the events that were delivered since. */
const published = () => {
  const events = output.accepted.splice(0).map(({ message }) => JSON.parse(message));
  return Object.fromEntries(events.map(({ TaskId, up }) => [TaskId, up]));
};

const stopTasks = () => {
  aws.ecs.removeTask(aws.ecs.arnOf('task/demo/gone'));
  aws.ecs.putTask(task('ending', '127.0.0.3', { desiredStatus: 'STOPPED' }));
};

it('a target that does not answer while its task runs is down', async () => {
  const { targets, discoveryErrors } = await collector.collect(20_000);
  expect(targets).toEqual({ discovered: 5, up: 1, down: 4, stopped: 0 });
  expect(published()).toEqual({ up: 1, gone: 0, ending: 0, down: 0, static: 0 });
  expect(discoveryErrors).toEqual([]);
});

it('a target whose task stops after it was discovered is counted apart, and nothing is published of it', async () => {
  await collector.collect(20_000);
  published();
  stopTasks();
  aws.calls.reset();
  const report = await collector.collect(20_000);
  expect(report.targets).toEqual({ discovered: 5, up: 1, down: 2, stopped: 2 });
  expect(published()).toEqual({ up: 1, down: 0, static: 0 });
  expect(report.scrapes.filter(({ stopped }) => stopped)).toMatchObject([
    { labels: { TaskId: 'gone' }, up: false, reason: 'connect_refused', events: 0, offered: 0 },
    { labels: { TaskId: 'ending' }, up: false, reason: 'connect_refused', events: 0, offered: 0 },
  ]);
  expect(aws.calls.count('DescribeTasks')).toBe(1);
  expect(aws.calls.count('ListTasks')).toBe(0);

  const lines: string[] = [];
  logCycle(report, {
    warn: (message, { target }) => lines.push(`${message} ${target}`),
    info: () => undefined,
  });
  expect(lines).toHaveLength(2);
  const metrics = new Map<string, number>();
  publishCycle(report, {
    addMetric: (name: string, _: string, value: number) => metrics.set(name, value),
    addMetadata: () => undefined,
  } as unknown as Parameters<typeof publishCycle>[1]);
  expect(Object.fromEntries(metrics)).toMatchObject({ TargetsDown: 2, TargetsStopped: 2 });
});

it('where the ECS API cannot be asked, targets that do not answer are down, and it is said', async () => {
  await collector.collect(20_000);
  published();
  stopTasks();
  aws.faults.inject('DescribeTasks', { kind: 'throttle' });
  const { targets, discoveryErrors } = await collector.collect(20_000);
  expect(targets).toEqual({ discovered: 5, up: 1, down: 4, stopped: 0 });
  expect(published()).toEqual({ up: 1, gone: 0, ending: 0, down: 0, static: 0 });
  expect(discoveryErrors).toEqual([
    'DescribeTasks of demo failed. ThrottlingException: Rate exceeded (asked for task gone, task ending, task down)',
  ]);
});

it('an ECS API that does not answer leaves time for the delivery', async () => {
  await collector.collect(20_000);
  published();
  aws.faults.inject('DescribeTasks', { kind: 'hang' });
  const report = await collector.collect(2_000);
  expect(report.targets).toMatchObject({ down: 4, stopped: 0 });
  expect(report.durationMs).toBeLessThan(2_000);
  expect(published()).toMatchObject({ down: 0 });
});
