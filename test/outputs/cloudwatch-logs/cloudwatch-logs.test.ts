import { setImmediate as turn } from 'node:timers/promises';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fault } from '../../../cli/demo/aws/protocol/faults.ts';
import { type Aws, startAws } from '../../../cli/demo/aws/server.ts';
import type { LogEvent } from '../../../lambda/model/delivery/event.ts';
import {
  EVENT_OVERHEAD_BYTES,
  eventBytes,
  MAX_EVENT_BYTES,
} from '../../../lambda/model/delivery/event-size.ts';
import {
  type LogsClientOptions,
  logsClient,
} from '../../../lambda/outputs/cloudwatch-logs/client.ts';
import {
  type CloudWatchLogsOptions,
  cloudWatchLogsOutput,
} from '../../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { logEvent } from '../events.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 4, 1, 12);
/** Two do not fit into one batch. */
const LARGE = 'x'.repeat(600_000);

let aws: Aws;
let deadline: AbortController;
let clients: CloudWatchLogsClient[];

beforeEach(async () => {
  aws = await startAws({ clock: () => NOW });
  aws.logs.putStream('g', 's');
  deadline = new AbortController();
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await aws.close();
});

function open(options: Partial<CloudWatchLogsOptions> = {}, clientOptions: LogsClientOptions = {}) {
  const client = logsClient({
    endpoint: aws.url,
    region: aws.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    ...clientOptions,
  });
  clients.push(client);
  return cloudWatchLogsOutput({ client, maxAttempts: 1, ...options }).open(deadline.signal);
}

const event = (message: string, more: Partial<LogEvent> = {}) =>
  logEvent({ timestamp: NOW, message, ...more });
const stored = (group = 'g') => aws.logs.events({ group }).map(({ message }) => message);
const accepted = (count: number) => ({ accepted: count, rejected: new Map() });
const rejected = (reason: string, count = 1) => ({
  accepted: 0,
  rejected: new Map([[reason, count]]),
});

describe('a delivery', () => {
  it('puts the events of all writes into one batch for each stream, and reports its cost', async () => {
    aws.logs.putStream('g', 't');
    const delivery = open();
    const first = delivery.write([event('a', { metrics: 2 }), event('b', { logStream: 't' })]);
    const second = delivery.write([event('ä')]);
    const report = await delivery.close();

    expect(await first).toEqual(accepted(2));
    expect(await second).toEqual(accepted(1));
    expect(report).toEqual({
      output: 'cloudwatch-logs',
      events: 3,
      metrics: 4,
      bytes: eventBytes('a') + eventBytes('b') + eventBytes('ä'),
      requests: 2,
      rejected: {},
      errors: [],
    });
    expect(stored()).toEqual(expect.arrayContaining(['a', 'b', 'ä']));
  });

  it('sends a full batch while the cycle goes on, and the rest at its end', async () => {
    const delivery = open();
    const arrived = aws.calls.next('PutLogEvents');
    const write = delivery.write([event(LARGE), event(LARGE)]);
    await (await arrived).ended;
    expect(stored()).toHaveLength(1);

    const report = await delivery.close();
    expect(await write).toEqual(accepted(2));
    expect(report).toMatchObject({ events: 2, requests: 2 });
  });

  it('sorts events by time and keeps days apart, in whatever order they are written', async () => {
    const delivery = open();
    const times = [NOW, NOW - 30 * HOUR, NOW - 1, NOW - 31 * HOUR, NOW + HOUR];
    const write = delivery.write(times.map((timestamp) => event(String(timestamp), { timestamp })));
    await delivery.close();
    expect(await write).toEqual(accepted(times.length));
    expect(stored()).toEqual(times.toSorted((a, b) => a - b).map(String));
  });

  it('resolves a write of nothing at once', async () => {
    expect(await open().write([])).toEqual(accepted(0));
  });

  it('takes no write after its end, and ends once', async () => {
    const delivery = open();
    const report = delivery.close();
    expect(delivery.close()).toBe(report);
    expect(await report).toMatchObject({ events: 0, requests: 0 });
    expect(() => delivery.write([])).toThrow(new Error('Expected no write after close'));
  });
});

describe('memory', () => {
  it('is bounded: ready waits while too many bytes are on their way', async () => {
    const hang = aws.faults.inject('PutLogEvents', { kind: 'hang' });
    const delivery = open({ maxBufferedBytes: 1_000_000 });
    await delivery.ready();
    const arrived = aws.calls.next('PutLogEvents');
    const write = delivery.write([event(LARGE), event(LARGE)]);

    let isReady = false;
    const ready = delivery.ready().then(() => {
      isReady = true;
    });
    await arrived;
    expect(isReady).toBe(false);
    hang.lift();
    await ready;
    await delivery.close();
    expect(await write).toEqual(accepted(2));
  });

  it('is freed where all requests are answered at the same moment', async () => {
    const waiting: (() => void)[] = [];
    const send = () => new Promise((resolve) => waiting.push(() => resolve({})));
    const output = cloudWatchLogsOutput({
      client: { send } as never,
      concurrency: 2,
      maxBufferedBytes: 100,
    });
    const delivery = output.open(deadline.signal);
    const write = ['s', 't', 'u'].map((logStream) =>
      delivery.write([event('x'.repeat(400), { logStream })]),
    );
    const ready = delivery.ready();
    await turn();
    expect(waiting).toHaveLength(2);
    for (const answer of waiting.splice(0)) answer();
    await Promise.all(write.slice(0, 2));
    // The third one is under way although nobody else writes or closes.
    await turn();
    expect(waiting).toHaveLength(1);
    waiting[0]?.();
    await ready;
    await delivery.close();
    expect(await Promise.all(write)).toEqual([accepted(1), accepted(1), accepted(1)]);
  });

  it('is not waited for beyond the patience with a service that does not answer', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'hang' });
    const client = logsClient({
      endpoint: aws.url,
      region: aws.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    clients.push(client);
    const output = cloudWatchLogsOutput({ client, maxAttempts: 1, maxBufferedBytes: 100 });
    const delivery = output.open(deadline.signal, 50);
    const first = delivery.write([event('x'.repeat(400))]);
    await delivery.ready();
    const second = delivery.write([event('y')]);
    expect(await second).toEqual(rejected('unavailable'));
    deadline.abort();
    const report = await delivery.close();
    expect(await first).toEqual(rejected('deadline'));
    expect(report.errors).toContain(
      'cloudwatch-logs has no room for more, because it has not answered for 50 ms',
    );
  });

  it('is freed although no batch is full', async () => {
    const delivery = open({ maxBufferedBytes: 1000 });
    const streams = ['s', 't', 'u'];
    for (const logStream of streams) aws.logs.putStream('g', logStream);
    const write = delivery.write(streams.map((logStream) => event('x'.repeat(400), { logStream })));
    await delivery.ready();
    expect(await write).toEqual(accepted(3));
  });

  it('holds at most so many requests at the same time', async () => {
    const hang = aws.faults.inject('PutLogEvents', { kind: 'hang' });
    const delivery = open({ concurrency: 2 });
    const write = delivery.write(Array.from({ length: 6 }, () => event(LARGE)));
    await aws.calls.next('PutLogEvents');
    if (aws.calls.count('PutLogEvents') < 2) await aws.calls.next('PutLogEvents');
    hang.lift();
    await delivery.close();
    expect(await write).toEqual(accepted(6));
    expect(aws.calls.peak('PutLogEvents')).toBe(2);
  });
});

describe('groups and streams', () => {
  it('are created once where they are missing, however many batches need them', async () => {
    const delivery = open();
    const write = delivery.write(
      ['a', 'b', 'a', 'b', 'a', 'b'].map((logStream) =>
        event(LARGE, { logGroup: 'new', logStream }),
      ),
    );
    const report = await delivery.close();

    expect(await write).toEqual(accepted(6));
    expect(report.errors).toEqual([]);
    expect(aws.calls.count('CreateLogGroup')).toBe(1);
    // Each at most once without the group and once with it.
    expect(aws.calls.count('CreateLogStream')).toBeLessThanOrEqual(2 * 2);
  });

  it('need no permission to create a group that is there', async () => {
    aws.faults.inject('CreateLogGroup', { kind: 'deny' });
    const delivery = open();
    const write = delivery.write([event('a', { logStream: 'new' })]);
    await delivery.close();
    expect(await write).toEqual(accepted(1));
    expect(aws.calls.count('CreateLogStream')).toBe(1);
  });

  it.each([
    [
      'somebody else has created them',
      { kind: 'error', status: 400, type: 'ResourceAlreadyExistsException' },
    ],
    [
      'somebody else is creating them',
      { kind: 'error', status: 400, type: 'OperationAbortedException' },
    ],
  ] as const)('may be there already: %s', async (_, fault) => {
    // The group comes to be between the function's two calls.
    aws.faults.inject('CreateLogGroup', fault, {
      when: () => aws.logs.putGroup('new') !== undefined,
    });
    const delivery = open();
    const write = delivery.write([event('a', { logGroup: 'new' })]);
    await delivery.close();
    expect(await write).toEqual(accepted(1));
  });

  it('that cannot be created are tried once in a cycle', async () => {
    aws.faults.inject('CreateLogStream', { kind: 'deny' });
    const delivery = open({ concurrency: 1 });
    const write = delivery.write([1, 2, 3].map(() => event(LARGE, { logStream: 'new' })));
    const good = delivery.write([event('a')]);
    const report = await delivery.close();

    expect(await write).toEqual(rejected('access_denied', 3));
    expect(await good).toEqual(accepted(1));
    expect(aws.calls.count('CreateLogStream')).toBe(1);
    expect(report.errors).toEqual([
      expect.stringMatching(
        /^CreateLogStream on log group "g" is denied; the role needs logs:CreateLogStream on arn:aws:logs:\*:\*:log-group:g:\*\. AccessDenied/,
      ),
    ]);
  });

  it('that go away again are a failure, not a loop', async () => {
    aws.faults.inject('PutLogEvents', {
      kind: 'error',
      status: 400,
      type: 'ResourceNotFoundException',
    });
    const delivery = open();
    const write = delivery.write([event('a')]);
    await delivery.close();
    expect(await write).toEqual(rejected('unavailable'));
    expect(aws.calls.count('PutLogEvents')).toBe(2);
  });
});

describe('rejected events', () => {
  it('are counted for each write and reason, and never sent again', async () => {
    aws.logs.putGroup('g').retention = 1;
    const delivery = open();
    const old = delivery.write([
      event('old', { timestamp: NOW - 15 * 24 * HOUR }),
      event('expired', { timestamp: NOW - 25 * HOUR }),
      event('good'),
    ]);
    const young = delivery.write([event('new', { timestamp: NOW + 3 * HOUR }), event('good')]);
    const report = await delivery.close();

    expect(await old).toEqual({
      accepted: 1,
      rejected: new Map([
        ['too_old', 1],
        ['expired', 1],
      ]),
    });
    expect(await young).toEqual({ accepted: 1, rejected: new Map([['too_new', 1]]) });
    expect(report).toMatchObject({
      events: 2,
      metrics: 2,
      rejected: { too_old: 1, expired: 1, too_new: 1 },
    });
    expect(report.errors).toHaveLength(3);
    expect(report.requests).toBe(3);
    expect(stored()).toEqual(['good', 'good']);
  });

  it('leave the others of the batch in the right writes', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'reject', tooOld: 1, expired: 2, tooNew: 1 });
    const delivery = open();
    const writes = [4, 2, 5, 1, 3].map((n) =>
      delivery.write([event(String(n), { timestamp: NOW + n })]),
    );
    await delivery.close();
    expect(await Promise.all(writes)).toEqual([
      accepted(1),
      rejected('expired'),
      rejected('too_new'),
      rejected('too_old'),
      accepted(1),
    ]);
    expect(stored()).toEqual(['3', '4']);
  });

  it('do not hide what became of a write in other batches', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'reject', tooOld: 1 }, { times: 1 });
    const delivery = open({ concurrency: 1 });
    const write = delivery.write([event(LARGE), event(LARGE), event(LARGE)]);
    await delivery.close();
    expect(await write).toEqual({ accepted: 2, rejected: new Map([['too_old', 1]]) });
  });

  it.each([
    ['too_large', { message: 'x'.repeat(MAX_EVENT_BYTES - EVENT_OVERHEAD_BYTES + 1) }],
    ['too_large', { message: '€'.repeat(MAX_EVENT_BYTES / 3) }],
    ['refused', { message: '' }],
    ['refused', { timestamp: Number.NaN }],
    ['refused', { timestamp: -1 }],
    ['refused', { timestamp: NOW + 0.5 }],
  ])('never reach CloudWatch Logs where they would spoil the batch: %s', async (reason, more) => {
    const delivery = open();
    const write = delivery.write([event('a'), event('b', more), event('c')]);
    const report = await delivery.close();
    expect(await write).toEqual({ accepted: 2, rejected: new Map([[reason, 1]]) });
    expect(report.errors).toEqual([expect.stringContaining('log group "g"')]);
  });

  it('may be as large as an event can be', async () => {
    const delivery = open();
    const write = delivery.write([event('x'.repeat(MAX_EVENT_BYTES - EVENT_OVERHEAD_BYTES))]);
    await delivery.close();
    expect(await write).toEqual(accepted(1));
  });
});

describe('failures', () => {
  const error = (status: number, type: string): Fault => ({ kind: 'error', status, type });

  it.each([
    ['throttled', { kind: 'throttle' }, 'failed. ThrottlingException: Rate exceeded'],
    ['throttled', error(429, 'TooManyRequestsException'), 'failed. TooManyRequestsException'],
    ['unavailable', error(503, 'ServiceUnavailableException'), 'failed. ServiceUnavailable'],
    ['unavailable', { kind: 'reset' }, 'failed. '],
    ['refused', error(400, 'InvalidParameterException'), 'failed. InvalidParameterException'],
    [
      'access_denied',
      { kind: 'deny' },
      'is denied; the role needs logs:PutLogEvents on arn:aws:logs:*:*:log-group:g:*. ',
    ],
    [
      'access_denied',
      error(400, 'UnrecognizedClientException'),
      'failed because of its credentials. ',
    ],
  ] as const)('reject the events of their group only, as %s: %j', async (reason, fault, text) => {
    aws.logs.putStream('good', 's');
    aws.faults.inject('PutLogEvents', fault, { when: ({ logGroupName }) => logGroupName === 'g' });
    const delivery = open();
    const bad = delivery.write([event('a'), event('b')]);
    const good = delivery.write([event('c', { logGroup: 'good' })]);
    const report = await delivery.close();

    expect(await bad).toEqual(rejected(reason, 2));
    expect(await good).toEqual(accepted(1));
    expect(report).toMatchObject({ events: 1, rejected: { [reason]: 2 } });
    expect(report.errors).toEqual([
      expect.stringContaining(`PutLogEvents on log group "g" ${text}`),
    ]);
  });

  it('that pass are retried, and every attempt is counted', async () => {
    aws.faults.inject('PutLogEvents', error(503, 'ServiceUnavailableException'), { times: 2 });
    const delivery = open({ maxAttempts: 3 });
    const write = delivery.write([event('a')]);
    expect(await delivery.close()).toMatchObject({ events: 1, requests: 3, errors: [] });
    expect(await write).toEqual(accepted(1));
  });

  it('that are throttling are retried', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'throttle' }, { times: 1 });
    const delivery = open({ maxAttempts: 2 });
    const write = delivery.write([event('a')]);
    expect(await delivery.close()).toMatchObject({ requests: 2 });
    expect(await write).toEqual(accepted(1));
  });

  it('of limits on the number of groups are not throttling', async () => {
    aws.faults.inject('CreateLogGroup', error(400, 'LimitExceededException'));
    const delivery = open({ maxAttempts: 5, random: () => 0 });
    const write = delivery.write([event('a', { logGroup: 'new' })]);
    await delivery.close();
    expect(await write).toEqual(rejected('refused'));
    expect(aws.calls.count('CreateLogGroup')).toBe(1);
  });

  it('of permission name the resource as AWS does, and all streams of a group together', async () => {
    const arn = (stream: string) =>
      `arn:aws-cn:logs:cn-north-1:123456789012:log-group:g:log-stream:${stream}`;
    for (const stream of ['s', 't']) {
      const message = `User: arn:aws-cn:iam::123456789012:user/u is not authorized to perform: logs:PutLogEvents on resource: ${arn(stream)} because no identity-based policy allows it`;
      aws.faults.inject(
        'PutLogEvents',
        { ...error(400, 'AccessDeniedException'), message } as Fault,
        { when: ({ logStreamName }) => logStreamName === stream },
      );
    }
    const delivery = open();
    const write = delivery.write([event('a'), event('b', { logStream: 't' })]);
    const { errors } = await delivery.close();

    expect(await write).toEqual(rejected('access_denied', 2));
    const group = 'arn:aws-cn:logs:cn-north-1:123456789012:log-group:g:*';
    expect(errors).toEqual([
      `PutLogEvents on log group "g" is denied; the role needs logs:PutLogEvents on ${group}. AccessDeniedException: User: arn:aws-cn:iam::123456789012:user/u is not authorized to perform: logs:PutLogEvents on resource: ${group} because no identity-based policy allows it`,
    ]);
  });

  it('of the answer only may deliver events twice, never not at all', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'reset', applied: true }, { times: 1 });
    const delivery = open({ maxAttempts: 2 });
    const write = delivery.write([event('a')]);
    await delivery.close();
    expect(await write).toEqual(accepted(1));
    expect(stored()).toEqual(['a', 'a']);
  });

  it('that say that the events are there already are none', async () => {
    aws.faults.inject('PutLogEvents', error(400, 'DataAlreadyAcceptedException'));
    const delivery = open();
    const write = delivery.write([event('a')]);
    expect(await delivery.close()).toMatchObject({ events: 1, errors: [] });
    expect(await write).toEqual(accepted(1));
  });

  it('of permission are not repeated for that group, and told once', async () => {
    aws.logs.putStream('good', 's');
    aws.faults.inject(
      'PutLogEvents',
      { kind: 'deny' },
      { when: ({ logGroupName }) => logGroupName === 'g' },
    );
    const delivery = open({ concurrency: 1 });
    const bad = delivery.write(Array.from({ length: 4 }, () => event(LARGE)));
    const good = delivery.write([event('c', { logGroup: 'good' })]);
    const report = await delivery.close();

    expect(await bad).toEqual(rejected('access_denied', 4));
    expect(await good).toEqual(accepted(1));
    expect(report.errors).toHaveLength(1);
    expect(report.requests).toBe(2);
    expect(aws.calls.count('PutLogEvents')).toBe(2);
  });

  it('of an endpoint where nobody listens are told by their code', async () => {
    const delivery = open({}, { endpoint: 'http://127.0.0.1:9' });
    const write = delivery.write([event('a')]);
    const { errors } = await delivery.close();
    expect(await write).toEqual(rejected('unavailable'));
    expect(errors).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('of an endpoint that never answers end with the time for a request', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'hang' });
    const delivery = open({}, { requestTimeoutMs: 50 });
    const write = delivery.write([event('a')]);
    const { errors } = await delivery.close();
    expect(await write).toEqual(rejected('unavailable'));
    expect(errors).toEqual([expect.stringContaining('TimeoutError')]);
  });
});

describe('the deadline', () => {
  it('ends what hangs, what waits and what is not full yet', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'hang' });
    const delivery = open({ concurrency: 1 });
    const arrived = aws.calls.next('PutLogEvents');
    const write = delivery.write([event(LARGE), event(LARGE), event(LARGE)]);
    await arrived;
    deadline.abort();

    expect(await write).toEqual(rejected('deadline', 3));
    expect(await delivery.write([event('late')])).toEqual(rejected('deadline'));
    await delivery.ready();
    const report = await delivery.close();
    expect(report).toMatchObject({ events: 0, requests: 1, rejected: { deadline: 4 } });
    expect(report.errors).toEqual(['PutLogEvents on log group "g" did not end by the deadline']);
    expect(aws.calls.count('PutLogEvents')).toBe(1);
  });

  it('ends the wait between two attempts', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'throttle' });
    const waiting = Promise.withResolvers<void>();
    const random = () => {
      waiting.resolve();
      return 0.999;
    };
    const delivery = open({ maxAttempts: 100, random });
    const write = delivery.write([event('a')]);
    const report = delivery.close();
    await waiting.promise;
    deadline.abort();
    expect(await write).toEqual(rejected('throttled'));
    expect((await report).errors).toEqual([
      'PutLogEvents on log group "g" failed until the deadline. ThrottlingException: Rate exceeded',
    ]);
  });

  it('that ends an attempt after one that was throttled leaves the reason to that', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'throttle' }, { times: 1 });
    aws.faults.inject('PutLogEvents', { kind: 'hang' });
    const delivery = open({ maxAttempts: 2, random: () => 0 });
    const write = delivery.write([event('a')]);
    const closed = delivery.close();
    while (aws.calls.count('PutLogEvents') < 2) await aws.calls.next('PutLogEvents');
    deadline.abort();
    expect(await write).toEqual(rejected('throttled'));
    await closed;
  });

  it('that has passed before the delivery began lets nothing through', async () => {
    deadline.abort();
    const delivery = open();
    expect(await delivery.write([event('a')])).toEqual(rejected('deadline'));
    expect(await delivery.close()).toMatchObject({ requests: 0 });
    expect(aws.calls.count('PutLogEvents')).toBe(0);
  });
});
