import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { awsClients } from '../../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../../lambda/discovery/discover.ts';
import { systemClock } from '../../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import { definition, discoveryOf, job, task } from '../ecs/cluster/cluster-of.ts';
import { type Answers, changesOf, type Json, withChanges } from '../ecs/cluster/odd-json.ts';

const INSTANCE = 'arn:aws:ecs:us-east-1:123456789012:container-instance/demo/i1';

const INTERFACE = 'eni-1';
const awsvpc = task('t1', '');
const [{ details = [] } = {}] = awsvpc.attachments ?? [];

/** Of each operation of ECS what a cluster answers that has a task with an interface and one on an instance. */
const ECS: Record<string, unknown> = {
  ListTasks: { taskArns: [awsvpc.taskArn, task('t2', '').taskArn] },
  DescribeTasks: {
    tasks: [
      {
        ...awsvpc,
        attachments: [
          {
            type: 'ElasticNetworkInterface',
            details: [
              ...details.map((detail) => ({ ...detail, value: '10.0.0.1' })),
              { name: 'networkInterfaceId', value: INTERFACE },
            ],
          },
        ],
      },
      {
        ...task('t2', ''),
        attachments: [],
        taskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/host:1',
        containerInstanceArn: INSTANCE,
        containers: [{ name: 'app', networkBindings: [{ containerPort: 9404, hostPort: 9404 }] }],
      },
    ],
  },
  DescribeContainerInstances: {
    containerInstances: [{ containerInstanceArn: INSTANCE, ec2InstanceId: 'i-1' }],
  },
};

/** Of each operation of EC2 what it answers; a list has its entries as `<item>`. */
const EC2: Record<string, Json> = {
  DescribeInstances: {
    reservationSet: [
      {
        instancesSet: [
          {
            instanceId: 'i-1',
            instanceType: 't3.medium',
            privateIpAddress: '10.0.0.2',
            ipAddress: '203.0.113.2',
            vpcId: 'vpc-1',
            subnetId: 'subnet-1',
            tagSet: [{ key: 'team', value: 'shop' }],
          },
        ],
      },
    ],
  },
  DescribeNetworkInterfaces: {
    networkInterfaceSet: [
      { networkInterfaceId: INTERFACE, association: { publicIp: '203.0.113.1' } },
    ],
  },
};

const OPERATIONS = Object.keys(EC2);

let server: Server;
let endpoint: string;
let answers: Answers;
let calls: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    void answerTo(request).then((answer) => response.end(answer));
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
  answers = EC2;
  calls = [];
});

async function answerTo(request: IncomingMessage): Promise<string> {
  const target = request.headers['x-amz-target'];
  const body = await text(request);
  if (target !== undefined) {
    const operation = String(target).split('.')[1]!;
    if (operation !== 'DescribeTaskDefinition') return JSON.stringify(ECS[operation]);
    const isHost = body.includes('/host:1');
    const taskDefinition = isHost
      ? definition('host', undefined, { networkMode: 'host' })
      : definition('web');
    return JSON.stringify({ taskDefinition });
  }
  const operation = new URLSearchParams(body).get('Action')!;
  calls.push(operation);
  return `<?xml version="1.0"?><${operation}Response>${xml(answers[operation])}</${operation}Response>`;
}

function xml(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  const inside = Array.isArray(value)
    ? value.map((each) => ['item', each] as const)
    : Object.entries(value);
  return inside.map(([name, each]) => `<${name}>${xml(each)}</${name}>`).join('');
}

function discover() {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const options = { endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 };
  const config = {
    discovery: discoveryOf({ lookups: new Set(['public_ips'] as const) }),
    jobs: [job()],
  };
  const clientsOf = awsClients(options, loadEc2);
  const parts = { config, clientsOf, fetch: fetchExposition, clock: systemClock };
  return createDiscovery(parts).discover(AbortSignal.timeout(30_000));
}

const addresses = ({ targets }: Awaited<ReturnType<typeof discover>>) =>
  targets.map(({ labels }) => labels.instance);

describe('answers of the EC2 API', () => {
  it('that are as documented give both targets', async () => {
    const found = await discover();
    expect(found).toMatchObject({ errors: [], leftOut: [] });
    expect(addresses(found)).toEqual(['10.0.0.1:9404', '10.0.0.2:9404']);
    expect(calls.toSorted()).toEqual(OPERATIONS);
  });

  it('never end the discovery, nor cost a target that needs none of them', async () => {
    await fc.assert(
      fc.asyncProperty(changesOf(EC2), async (changes) => {
        answers = withChanges(EC2, changes);
        const found = await discover();
        expect(addresses(found)).toContain('10.0.0.1:9404');
        for (const { url, labels } of found.targets) {
          expect(URL.canParse(url)).toBe(true);
          expect(Object.values(labels).every((value) => typeof value === 'string')).toBe(true);
        }
        if (found.targets.length < 2) {
          expect(found.errors.length + found.leftOut.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});

describe('a nextToken of EC2 that comes again', () => {
  it.each(OPERATIONS)('in %s is a loop, told at once', async (operation) => {
    answers = { ...EC2, [operation]: { ...(EC2[operation] as object), nextToken: 'again' } };
    const { errors } = await discover();
    expect(errors).toEqual([
      expect.objectContaining({
        operation,
        code: 'Loop',
        message: expect.stringContaining('repeated a nextToken after 2 pages'),
      }),
    ]);
    expect(calls.filter((call) => call === operation)).toHaveLength(2);
  });
});
