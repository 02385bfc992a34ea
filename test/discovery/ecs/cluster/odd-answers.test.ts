import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { awsClients } from '../../../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../../../lambda/discovery/discover.ts';
import { systemClock } from '../../../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../../../lambda/scrape/http/exchange.ts';
import { definition, discoveryOf, job, task } from './cluster-of.ts';
import {
  type Answers,
  type Change,
  changesOf,
  type Json,
  type Path,
  replaced,
  withChanges,
} from './odd-json.ts';

const INSTANCE = 'arn:aws:ecs:us-east-1:123456789012:container-instance/demo/i1';
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value));
const onInstance = {
  ...task('t2', ''),
  attachments: [],
  containerInstanceArn: INSTANCE,
  containers: [{ name: 'app', networkBindings: [{ containerPort: 9404, hostPort: 9404 }] }],
};

/** Of each operation what a cluster with two tasks answers. */
const ANSWERS: Readonly<Record<string, Json>> = {
  ListClusters: json({ clusterArns: ['arn:aws:ecs:us-east-1:123456789012:cluster/demo'] }),
  ListTasks: json({ taskArns: [task('t1', '').taskArn, onInstance.taskArn] }),
  DescribeTasks: json({
    tasks: [
      { ...task('t1', '10.0.0.1'), startedAt: 1_700_000_000, tags: [{ key: 'a', value: 'b' }] },
      { ...onInstance, startedBy: 'ecs-svc/1', group: undefined },
    ],
    failures: [{ arn: 'arn:aws:ecs:us-east-1:123456789012:task/demo/gone', reason: 'MISSING' }],
  }),
  DescribeTaskDefinition: json({ taskDefinition: definition('web') }),
  DescribeContainerInstances: json({
    containerInstances: [
      {
        containerInstanceArn: INSTANCE,
        ec2InstanceId: 'mi-1',
        attributes: [{ name: 'fargauge.address', value: '10.0.0.2' }],
      },
    ],
  }),
  ListServices: json({ serviceArns: ['arn:aws:ecs:us-east-1:123456789012:service/demo/web'] }),
  DescribeServices: json({
    services: [{ serviceName: 'web', deployments: [{ id: 'ecs-svc/1' }], taskSets: [], tags: [] }],
  }),
  DescribeClusters: json({ clusters: [{ tags: [{ key: 'team', value: 'shop' }] }] }),
};

let server: Server;
let endpoint: string;
let answers: Answers;
let calls: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().once('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1]!;
      calls.push(operation);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answers[operation]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

beforeEach(() => {
  answers = ANSWERS;
  calls = [];
});

function discover(cluster = 'demo*') {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const clientsOf = awsClients(
    { endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 },
    loadEc2,
  );
  const discovery = discoveryOf({
    sources: [{ clusters: [cluster] }],
    lookups: new Set(['services', 'cluster_tags'] as const),
  });
  const config = { discovery, jobs: [job()] };
  const parts = { config, clientsOf, fetch: fetchExposition, clock: systemClock };
  return createDiscovery(parts).discover(AbortSignal.timeout(30_000));
}

const addresses = ({ targets }: Awaited<ReturnType<typeof discover>>) =>
  targets.map(({ labels }) => labels.instance);

describe('answers of the ECS API', () => {
  it('that are as documented give both targets', async () => {
    const found = await discover();
    expect(found).toMatchObject({ errors: [], leftOut: [{ reason: 'gone', count: 1 }] });
    expect(addresses(found)).toEqual(['10.0.0.1:9404', '10.0.0.2:9404']);
  });

  it.each<[string, Path, Json | undefined, string]>([
    ['a task that is null', ['tasks', 1], null, 'DescribeTasks of demo: tasks: an entry'],
    ['containers that are no list', ['tasks', 1, 'containers'], {}, 'containers'],
    ['a container that is null', ['tasks', 1, 'containers', 0], null, 'tasks: containers'],
    ['an ARN that is a number', ['tasks', 1, 'taskArn'], 5, 'taskArn'],
    ['an attachment that is a text', ['tasks', 1, 'attachments'], ['x'], 'attachments'],
  ])('with %s cost that task alone', async (_, path, by, detail) => {
    answers = { ...ANSWERS, DescribeTasks: replaced(ANSWERS.DescribeTasks!, path, by) };
    const found = await discover();
    expect(addresses(found)).toEqual(['10.0.0.1:9404']);
    expect(found.leftOut).toContainEqual(
      expect.objectContaining({
        reason: 'malformed',
        count: 1,
        causes: [expect.objectContaining({ detail: expect.stringContaining(detail) })],
      }),
    );
  });

  it('that say nothing of tasks which were asked for leave them out', async () => {
    answers = { ...ANSWERS, DescribeTasks: {} };
    expect(await discover()).toMatchObject({
      targets: [],
      leftOut: [
        {
          reason: 'malformed',
          count: 2,
          causes: [
            { detail: 'DescribeTasks of demo: left tasks of the request out of its answer' },
          ],
        },
      ],
    });
  });

  it('never end the discovery, and nothing is missing without a reason', async () => {
    await fc.assert(
      fc.asyncProperty(changesOf(ANSWERS), async (changes) => {
        answers = withChanges(ANSWERS, changes);
        const { targets, errors, leftOut } = await discover();
        for (const { url, labels } of targets) {
          expect(URL.canParse(url)).toBe(true);
          expect(Object.values(labels).every((value) => typeof value === 'string')).toBe(true);
        }
        // Where a field is missing, nobody may ask for the task any more. Of what is no object, such as a list, the
        // SDK may make an empty one.
        const [{ at, by }] = changes as [Change];
        const isOfOtherType = by !== null && by !== undefined && typeof by !== typeof valueAt(at);
        if (changes.length === 1 && at[1].length > 0 && isOfOtherType && targets.length < 2) {
          expect(
            errors.length + leftOut.filter(({ reason }) => reason !== 'gone').length,
          ).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});

function valueAt([operation, path]: Change['at']): Json {
  return path.reduce(
    (value, key) => (value as Record<string | number, Json>)[key]!,
    ANSWERS[operation]!,
  );
}

describe('a nextToken that comes again', () => {
  it.each(['ListTasks', 'ListServices', 'ListClusters'])(
    'of %s is a loop, told at once',
    async (operation) => {
      answers = {
        ...ANSWERS,
        [operation]: { ...(ANSWERS[operation] as object), nextToken: 'again' },
      };
      const { errors } = await discover();
      expect(errors).toContainEqual(
        expect.objectContaining({
          operation,
          code: 'Loop',
          message: expect.stringContaining('repeated a nextToken after 2 pages'),
        }),
      );
      expect(calls.filter((call) => call === operation)).toHaveLength(2);
    },
  );
});
