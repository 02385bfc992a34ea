import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { relabelConfig } from '../../lambda/config/prometheus/relabel-config.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { REQUEST_CONCURRENCY } from '../../lambda/discovery/aws/request-budget.ts';
import { createDiscovery, type Discovered } from '../../lambda/discovery/discover.ts';
import { KEPT_MS } from '../../lambda/discovery/ecs/cluster/account-region.ts';
import type { EcsDiscoveryConfig, ScrapeJob } from '../../lambda/model/settings/config.ts';
import { DEFAULT_HTTP } from '../../lambda/model/settings/http.ts';
import { DEFAULT_PROTOCOLS } from '../../lambda/model/settings/scrape-protocol.ts';
import { countsOf } from '../../lambda/model/targets/left-out.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { limits } from '../series/samples.ts';
import {
  container,
  definition,
  definitionArn,
  discoveryOf,
  job,
  pattern,
  task,
} from './ecs/cluster/cluster-of.ts';

const MINUTE = 60_000;

/** After a throttled call the SDK lets the next ones wait; after this one it does not. */
const BROKEN = { kind: 'error', status: 500, type: 'ServerException', message: 'Broken.' } as const;

let aws: Aws;
let now: number;
let deadline: AbortController;

beforeEach(async () => {
  aws = await startAws({ ecs: { clusters: ['demo'], taskDefinitions: [definition('web')] } });
  now = 1_000_000;
  deadline = new AbortController();
});

afterEach(async () => {
  await aws.close();
});

interface Setting {
  discovery?: Partial<EcsDiscoveryConfig> | undefined;
  jobs?: ScrapeJob[];
  maxAttempts?: number;
  endpoint?: string;
  refreshTimeoutMs?: number;
}

function discoverer({
  discovery,
  jobs = [job()],
  maxAttempts = 1,
  endpoint = aws.url,
  ...more
}: Setting = {}) {
  const clientsOf = awsClients(
    {
      endpoint,
      region: aws.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts,
    },
    loadEc2,
  );
  const config = { discovery: discoveryOf(discovery), jobs };
  const clock = { ...systemClock, now: () => now };
  const { discover } = createDiscovery({
    config,
    clientsOf,
    fetch: fetchExposition,
    clock,
    ...more,
  });
  return () => discover(deadline.signal);
}

const STATIC = job({
  name: 'node',
  discovered: false,
  staticConfigs: [{ targets: ['node:9100'], labels: {} }],
});

/** `10.0.x.y` of the n-th task. */
const address = (n: number) => `10.0.${Math.floor(n / 200)}.${n % 200}`;
const putTasks = (count: number) => {
  for (let n = 0; n < count; n += 1) aws.ecs.putTask(task(`t${n}`, address(n)));
};
const ids = ({ targets }: Discovered) => targets.map(({ labels }) => labels.TaskId).sort();
const instances = ({ targets }: Discovered) => targets.map(({ labels }) => labels.instance);

describe('discovery', () => {
  it('finds every task, in pages and batches of a hundred, and reads each definition once', async () => {
    putTasks(250);
    const discover = discoverer();
    const result = await discover();

    expect(result.targets).toHaveLength(250);
    expect(result).toMatchObject({ leftOut: [], errors: [], refreshedAt: now });
    expect(aws.calls.count('ListTasks')).toBe(3);
    expect(aws.calls.count('DescribeTasks')).toBe(3);
    expect(aws.calls.count('DescribeTaskDefinition')).toBe(1);

    now += MINUTE;
    aws.ecs.putTaskDefinition(definition('api'));
    aws.ecs.putTask(task('api', '10.9.0.1', { taskDefinitionArn: definitionArn('api') }));
    expect((await discover()).targets).toHaveLength(251);
    expect(aws.calls.count('DescribeTaskDefinition')).toBe(2);
  });

  it('makes targets of what a task offers and its job says', async () => {
    const startedAt = new Date(940_000);
    aws.ecs.putTask(task('t', '10.0.0.1', { group: 'service:shop', startedAt }));
    const { targets } = await discoverer({ jobs: [job({ timeoutMs: 3_000 })] })();
    expect(targets).toEqual([
      {
        id: 'ecs http://10.0.0.1:9404/metrics',
        job: 'ecs',
        url: 'http://10.0.0.1:9404/metrics',
        labels: expect.objectContaining({
          ServiceName: 'shop',
          instance: '10.0.0.1:9404',
          job: 'ecs',
        }),
        limits: limits({ timeoutMs: 3_000 }),
        honorLabels: false,
        honorTimestamps: true,
        normalizeBounds: true,
        history: false,
        protocols: DEFAULT_PROTOCOLS,
        http: DEFAULT_HTTP,
        metricRelabeling: [],
        startedAt: 940_000,
        place: { task: 't', machine: 'arn:aws:ecs:us-east-1:123456789012:task/demo/t' },
      },
    ]);
  });

  it('leaves out what relabeling drops, and marks the targets of a job that has too many', async () => {
    putTasks(3);
    const relabeling = [
      relabelConfig.parse({ action: 'drop', source_labels: ['__address__'], regex: '.*\\.1:.*' }),
    ];
    const jobs = [job({ name: 'a', relabeling }), job({ name: 'b', targetLimit: 2 })];
    const { targets, leftOut } = await discoverer({ jobs })();
    expect(countsOf(leftOut)).toEqual({ relabeled: 1 });
    expect(targets.map(({ job: name, overLimit }) => [name, overLimit !== undefined])).toEqual([
      ['a', false],
      ['a', false],
      ['b', true],
      ['b', true],
      ['b', true],
    ]);
  });

  it('gives the discovered targets to each job that asks for them, and each job its static ones', async () => {
    putTasks(1);
    const jobs = [job({ name: 'a' }), STATIC, job({ name: 'b', scheme: 'https' })];
    const { targets } = await discoverer({ jobs })();
    expect(targets.map(({ id }) => id)).toEqual([
      'a http://10.0.0.0:9404/metrics',
      'node http://node:9100/metrics',
      'b https://10.0.0.0:9404/metrics',
    ]);
  });

  it('takes the first of several targets with the same address and path, and counts the others', async () => {
    aws.ecs.putTask(task('t', '10.0.0.1'));
    const discovery = {
      taskDefinitions: [
        { arnPattern: pattern('.'), ports: [9404], jobName: 'second' },
        { arnPattern: pattern('.'), ports: [9404], metricsPath: '/other', jobName: 'third' },
      ],
    };
    const twice = job({ ...STATIC, staticConfigs: [{ targets: ['n:1', 'n:1'], labels: {} }] });
    const { targets, leftOut } = await discoverer({ discovery, jobs: [job(), twice] })();
    expect(targets.map(({ id }) => id)).toEqual([
      'ecs http://10.0.0.1:9404/metrics',
      'third http://10.0.0.1:9404/other',
      'node http://n:1/metrics',
    ]);
    expect(countsOf(leftOut)).toEqual({ duplicate: 2 });
  });

  it('counts what is no target, by reason', async () => {
    const mappings = [{ containerPort: 9404 }];
    aws.ecs.putTaskDefinition(definition('none', undefined, { networkMode: 'none' }));
    aws.ecs.putTaskDefinition(
      definition('bad', [
        container({ dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: 'x' } }),
        container({ dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: '1' }, portMappings: mappings }),
        container({ dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: '9404', __scheme__: 'ftp' } }),
      ]),
    );
    const of = (family: string) => ({ taskDefinitionArn: definitionArn(family) });
    aws.ecs.putTask(task('good', '10.0.0.1'));
    aws.ecs.putTask(task('pending', '10.0.0.2', { lastStatus: 'PENDING' }));
    aws.ecs.putTask(task('none', '10.0.0.3', of('none')));
    aws.ecs.putTask(task('no address', '', { attachments: [] }));
    aws.ecs.putTask(task('bad', '10.0.0.4', of('bad')));
    aws.ecs.putTask(task('unknown', '10.0.0.5', of('unknown')));

    const result = await discoverer()();
    expect(ids(result)).toEqual(['good']);
    expect(countsOf(result.leftOut)).toEqual({
      not_running: 1,
      network_mode: 1,
      no_address: 1,
      bad_port: 1,
      unmapped_port: 1,
      bad_address: 1,
      no_definition: 1,
    });
    expect(result.errors).toMatchObject([
      { operation: 'DescribeTaskDefinition', code: 'ClientException', count: 1 },
    ]);
  });

  it('names the task, container, definition and port of what it leaves out, and what is to be done', async () => {
    const label = { ECS_PROMETHEUS_EXPORTER_PORT: '9546' };
    const shop = container({ name: 'shop', dockerLabels: label });
    aws.ecs.putTaskDefinition(
      definition('shop', [shop], { taskDefinitionArn: definitionArn('shop', 7), revision: 7 }),
    );
    for (let n = 0; n < 4; n += 1) {
      const taskDefinitionArn = definitionArn('shop', 7);
      aws.ecs.putTask(task(`s${n}`, address(n), { taskDefinitionArn, group: 'service:checkout' }));
    }
    const { targets, leftOut } = await discoverer()();
    expect(targets).toEqual([]);
    expect(leftOut).toEqual([
      {
        reason: 'unmapped_port',
        count: 4,
        remedy: 'add the port to the portMappings of the container in its task definition',
        causes: [
          {
            container: 'shop',
            port: '9546',
            definition: 'shop:7',
            service: 'checkout',
            cluster: 'demo',
            task: expect.stringMatching(/^s\d$/),
            count: 4,
          },
        ],
      },
    ]);
  });

  it('says which task definition could not be read', async () => {
    aws.ecs.putTask(task('t', '10.0.0.1', { taskDefinitionArn: definitionArn('gone', 3) }));
    const { errors, leftOut } = await discoverer()();
    expect(leftOut).toMatchObject([
      { reason: 'no_definition', causes: [{ definition: 'gone:3', task: 't', count: 1 }] },
    ]);
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^DescribeTaskDefinition of demo failed\. .* \(asked for gone:3\)$/),
    ]);
  });

  it('says which parts of the configuration ask for none of the tasks', async () => {
    putTasks(3);
    const services = [{ namePattern: pattern('^shop$'), ports: [9404] }];
    const taskDefinitions = [{ arnPattern: pattern('/web:'), ports: [9404] }];
    const idle = async (discovery: Setting['discovery']) =>
      (await discoverer({ discovery })()).idle;
    const noShop = 'service_name_list_for_tasks "^shop$" matches none of 3 running tasks of demo';
    expect(await idle({ services, taskDefinitions })).toEqual([noShop]);
    const other = { portLabel: 'PORT', metricsPathLabel: 'PATH', jobNameLabel: 'job' };
    // Labels that no container has are worth a word where nothing else finds a target.
    expect(await idle({ dockerLabel: other, taskDefinitions })).toEqual([]);
    expect(await idle({ dockerLabel: other, services })).toEqual([
      noShop,
      'docker_label PORT matches none of 3 running tasks of demo',
    ]);
    aws.faults.inject('ListTasks', { kind: 'deny' });
    expect(await idle({ services })).toEqual([]);
  });

  it('counts a task that goes away while it is looked at', async () => {
    putTasks(2);
    aws.faults.inject(
      'DescribeTasks',
      { kind: 'deny' },
      { when: () => aws.ecs.removeTask(`${aws.ecs.arnOf('task/demo')}/t1`) && false },
    );
    const result = await discoverer()();
    expect(ids(result)).toEqual(['t0']);
    expect(result).toMatchObject({ leftOut: [{ reason: 'gone', count: 1 }], errors: [] });
  });

  it('asks for so many things at the same time and no more', async () => {
    const families = Array.from({ length: REQUEST_CONCURRENCY + 5 }, (_, n) => `f${n}`);
    for (const [n, family] of families.entries()) {
      aws.ecs.putTaskDefinition(definition(family));
      aws.ecs.putTask(task(family, address(n), { taskDefinitionArn: definitionArn(family) }));
    }
    const hang = aws.faults.inject('DescribeTaskDefinition', { kind: 'hang' });
    const result = discoverer()();
    while (aws.calls.count('DescribeTaskDefinition') < REQUEST_CONCURRENCY) {
      await aws.calls.next('DescribeTaskDefinition');
    }
    hang.lift();
    expect((await result).targets).toHaveLength(families.length);
    expect(aws.calls.peak('DescribeTaskDefinition')).toBe(REQUEST_CONCURRENCY);
  });

  it('asks nothing where no cluster is configured', async () => {
    const { discover } = createDiscovery({
      fetch: fetchExposition,
      config: { jobs: [STATIC] },
      clientsOf: awsClients({ endpoint: aws.url, region: aws.region }, loadEc2),
      clock: systemClock,
    });
    expect(instances(await discover(deadline.signal))).toEqual(['node:9100']);
    expect(aws.calls.count('ListTasks')).toBe(0);
  });
});

describe('a refresh', () => {
  it('comes no more often than it should; in between the answer is the last one', async () => {
    putTasks(1);
    const discover = discoverer();
    const first = await discover();
    putTasks(2);
    now += MINUTE / 2;
    expect(await discover()).toBe(first);
    expect(aws.calls.count('ListTasks')).toBe(1);
    now += MINUTE / 2;
    const second = await discover();
    expect(second).toMatchObject({ refreshedAt: now });
    expect(ids(second)).toEqual(['t0', 't1']);
  });

  it('comes with every cycle of a schedule that is some seconds early', async () => {
    putTasks(1);
    const discover = discoverer();
    await discover();
    putTasks(2);
    now += MINUTE - 9_000;
    expect(ids(await discover())).toEqual(['t0', 't1']);
  });

  it('is tried again at the next call while there are only errors', async () => {
    putTasks(1);
    const discover = discoverer();
    aws.faults.inject('ListTasks', { kind: 'deny' }, { times: 1 });
    expect((await discover()).targets).toEqual([]);
    now += 1_000;
    expect(ids(await discover())).toEqual(['t0']);
  });

  it('that was not complete is done again soon, however rare refreshes are', async () => {
    putTasks(1);
    const discover = discoverer({ discovery: { refreshMs: 60 * MINUTE } });
    await discover();
    aws.faults.inject('ListTasks', BROKEN, { times: 1 });
    now += 60 * MINUTE;
    expect((await discover()).errors).toHaveLength(2);
    putTasks(2);
    now += 1_000;
    expect(ids(await discover())).toEqual(['t0']);
    now += MINUTE / 2;
    expect(await discover()).toMatchObject({ errors: [], refreshedAt: now });
    expect(ids(await discover())).toEqual(['t0', 't1']);
  });

  it('forgets at once what has stopped', async () => {
    putTasks(2);
    const discover = discoverer();
    await discover();
    aws.ecs.removeTask(`${aws.ecs.arnOf('task/demo')}/t0`);
    now += MINUTE;
    expect(ids(await discover())).toEqual(['t1']);
  });

  it('that fails keeps the tasks as they were for some refreshes, and says so', async () => {
    putTasks(2);
    const discover = discoverer();
    await discover();
    aws.faults.inject('ListTasks', BROKEN);
    for (let n = 0; n < KEPT_MS / MINUTE; n += 1) {
      now += MINUTE;
      const result = await discover();
      expect(ids(result)).toEqual(['t0', 't1']);
      expect(result.errors.map(({ message }) => message)).toEqual([
        'ListTasks of demo failed. ServerException: Broken.',
        'the discovery could not read 2 tasks of demo and uses their last known state',
      ]);
    }
    now += MINUTE;
    expect((await discover()).targets).toEqual([]);
  });
});

describe('a failure', () => {
  it('that passes is retried by the SDK', async () => {
    putTasks(1);
    aws.faults.inject('ListTasks', { kind: 'throttle' }, { times: 1 });
    aws.faults.inject('DescribeTasks', { kind: 'reset' }, { times: 1 });
    const result = await discoverer({ maxAttempts: 2 })();
    expect(result).toMatchObject({ errors: [], targets: [{}] });
    expect(aws.calls.count('ListTasks')).toBe(2);
  });

  it('of one page leaves the pages before it', async () => {
    putTasks(150);
    aws.faults.inject(
      'ListTasks',
      { kind: 'error', status: 500, type: 'ServerException' },
      { when: ({ nextToken }) => nextToken !== undefined },
    );
    const result = await discoverer()();
    expect(result.targets).toHaveLength(100);
    expect(result.errors).toMatchObject([{ operation: 'ListTasks', code: 'ServerException' }]);
  });

  it('of one batch leaves the other batches, and its tasks as they were', async () => {
    putTasks(250);
    const discover = discoverer();
    await discover();
    aws.ecs.putTask(task('t150', '10.7.7.7'));
    aws.ecs.putTask(task('t10', '10.7.7.8'));
    aws.faults.inject('DescribeTasks', BROKEN, {
      when: ({ tasks }) => String(tasks).includes('/t150'),
    });
    now += MINUTE;
    const result = await discover();
    expect(result.targets).toHaveLength(250);
    expect(instances(result)).toContain('10.7.7.8:9404');
    expect(instances(result)).not.toContain('10.7.7.7:9404');
    expect(result.errors).toMatchObject([
      { operation: 'DescribeTasks', code: 'ServerException', count: 1 },
      { operation: 'DescribeTasks', code: 'Kept', count: 100 },
    ]);
  });

  it('of one definition leaves the other tasks, and is tried again', async () => {
    aws.ecs.putTaskDefinition(definition('api'));
    aws.ecs.putTask(task('web', '10.0.0.1'));
    aws.ecs.putTask(task('api', '10.0.0.2', { taskDefinitionArn: definitionArn('api') }));
    const { lift } = aws.faults.inject('DescribeTaskDefinition', BROKEN, {
      when: ({ taskDefinition }) => taskDefinition === definitionArn('api'),
    });
    const discover = discoverer();
    const failed = await discover();
    expect(ids(failed)).toEqual(['web']);
    expect(countsOf(failed.leftOut)).toEqual({ no_definition: 1 });
    lift();
    now += MINUTE;
    expect(ids(await discover())).toEqual(['api', 'web']);
  });

  it('of permission names the action that the role needs', async () => {
    putTasks(1);
    aws.faults.inject('ListTasks', { kind: 'deny' });
    const { targets, errors } = await discoverer({ jobs: [job(), STATIC], maxAttempts: 3 })();
    expect(targets.map(({ job }) => job)).toEqual(['node']);
    expect(errors).toEqual([
      {
        operation: 'ListTasks',
        code: 'AccessDeniedException',
        message: expect.stringMatching(
          /^ListTasks of demo is denied; the role needs ecs:ListTasks\. User: .* not authorized/,
        ),
        count: 1,
      },
    ]);
    expect(aws.calls.count('ListTasks')).toBe(1);
  });

  it('of permission is one error, and the operation is not asked for again', async () => {
    const families = Array.from({ length: 3 * REQUEST_CONCURRENCY }, (_, n) => `f${n}`);
    for (const [n, family] of families.entries()) {
      aws.ecs.putTask(task(family, address(n), { taskDefinitionArn: definitionArn(family) }));
    }
    aws.faults.inject('DescribeTaskDefinition', { kind: 'deny' });
    const { errors, leftOut } = await discoverer()();
    expect(countsOf(leftOut)).toEqual({ no_definition: families.length });
    expect(errors).toMatchObject([
      {
        code: 'AccessDeniedException',
        count: families.length,
        message: expect.stringMatching(/ \(asked for f\d+:1, f\d+:1, f\d+:1 and 27 more\)$/),
      },
    ]);
    expect(aws.calls.count('DescribeTaskDefinition')).toBeLessThanOrEqual(REQUEST_CONCURRENCY);
  });

  it.each<[string, string, Setting]>([
    [
      'a cluster that is not there',
      'ClusterNotFoundException',
      { discovery: { sources: [{ clusters: ['x'] }] } },
    ],
    ['an endpoint where nobody listens', 'ECONNREFUSED', { endpoint: 'http://127.0.0.1:9' }],
  ])('of %s is an error: %s', async (_, what, setting) => {
    const { targets, errors } = await discoverer({ ...setting, jobs: [job(), STATIC] })();
    expect(targets).toHaveLength(1);
    expect(errors).toMatchObject([
      { operation: 'ListTasks', message: expect.stringContaining(what) },
    ]);
  });
});

describe('an API that never answers', () => {
  it('ends with the deadline; static targets and known tasks are there', async () => {
    putTasks(1);
    const discover = discoverer({ jobs: [job(), STATIC] });
    await discover();
    aws.faults.inject('ListTasks', { kind: 'hang' });
    now += MINUTE;
    const arrived = aws.calls.next('ListTasks');
    const result = discover();
    await arrived;
    deadline.abort();
    expect(instances(await result)).toEqual(['10.0.0.0:9404', 'node:9100']);
    expect((await result).errors).toMatchObject([
      {
        operation: 'ListTasks',
        code: 'Deadline',
        message: 'ListTasks of demo got no answer by the deadline',
      },
      { code: 'Kept' },
    ]);
  });

  it('leaves time for scraping', async () => {
    putTasks(1);
    aws.faults.inject('DescribeTasks', { kind: 'hang' });
    const { targets, errors } = await discoverer({ jobs: [STATIC], refreshTimeoutMs: 50 })();
    expect(targets).toHaveLength(1);
    expect(errors).toMatchObject([{ operation: 'DescribeTasks', code: 'Deadline' }]);
  });

  it('is not waited for by a retry', async () => {
    // The SDK's waits for throttling grow to 20 seconds.
    aws.faults.inject('ListTasks', { kind: 'throttle' });
    const arrived = aws.calls.next('ListTasks');
    const result = discoverer({ maxAttempts: 100 })();
    await (await arrived).ended;
    deadline.abort();
    expect((await result).errors).toMatchObject([{ code: 'Deadline' }]);
  });
});
