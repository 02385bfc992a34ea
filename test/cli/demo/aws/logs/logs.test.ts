import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type InputLogEvent,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PUT_LOG_EVENTS } from '../../../../../cli/demo/aws/logs/put-events.ts';
import { type Aws, startAws } from '../../../../../cli/demo/aws/server.ts';
import { clientsOf } from '../clients.ts';

const NOW = Date.UTC(2026, 4, 1, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WHERE = { logGroupName: '/ecs/demo', logStreamName: 'job' };

let aws: Aws;
let client: CloudWatchLogsClient;

beforeEach(async () => {
  aws = await startAws({ clock: () => NOW });
  client = clientsOf(aws).logs;
});

afterEach(async () => {
  client.destroy();
  await aws.close();
});

const put = (logEvents: InputLogEvent[]) =>
  client.send(new PutLogEventsCommand({ ...WHERE, logEvents }));
const at = (timestamp: number, message = `at ${timestamp}`) => ({ timestamp, message });
const stored = () => aws.logs.events().map(({ message }) => message);

describe('groups and streams', () => {
  it('are made once', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName: '/ecs/demo' }));
    await client.send(new CreateLogStreamCommand(WHERE));

    await expect(
      client.send(new CreateLogGroupCommand({ logGroupName: '/ecs/demo' })),
    ).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    await expect(client.send(new CreateLogStreamCommand(WHERE))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
  });

  it('must have valid names', async () => {
    await expect(
      client.send(new CreateLogGroupCommand({ logGroupName: 'a b' })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
    aws.logs.putGroup('g');
    await expect(
      client.send(new CreateLogStreamCommand({ logGroupName: 'g', logStreamName: 'a:b' })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('are needed by a stream and by an event', async () => {
    const missing = { name: 'ResourceNotFoundException' };
    await expect(client.send(new CreateLogStreamCommand(WHERE))).rejects.toMatchObject(missing);
    await expect(put([at(NOW)])).rejects.toMatchObject(missing);
    aws.logs.putGroup('/ecs/demo');
    await expect(put([at(NOW)])).rejects.toMatchObject({
      ...missing,
      message: 'The specified log stream does not exist.',
    });
  });

  it('are described by prefix and page', async () => {
    for (const name of ['/b/1', '/a/2', '/a/1', '/a/3']) aws.logs.putGroup(name);
    aws.logs.putStream('/a/1', 'late');
    aws.logs.putStream('/a/1', 'early');
    aws.logs.append(aws.logs.stream('/a/1', 'late'), NOW, 'x');
    aws.logs.append(aws.logs.stream('/a/1', 'early'), NOW - HOUR, 'x');

    const names: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: '/a', limit: 2, nextToken }),
      );
      names.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    const { logStreams } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName: '/a/1', orderBy: 'LastEventTime' }),
    );

    expect(names).toEqual(['/a/1', '/a/2', '/a/3']);
    expect(logStreams).toMatchObject([
      { logStreamName: 'early', lastEventTimestamp: NOW - HOUR },
      { logStreamName: 'late', firstEventTimestamp: NOW },
    ]);
  });

  it('keep a retention', async () => {
    aws.logs.putGroup('g');
    await client.send(new PutRetentionPolicyCommand({ logGroupName: 'g', retentionInDays: 30 }));
    const { logGroups } = await client.send(new DescribeLogGroupsCommand());
    expect(logGroups).toMatchObject([{ logGroupName: 'g', retentionInDays: 30 }]);
    await expect(
      client.send(new PutRetentionPolicyCommand({ logGroupName: 'g', retentionInDays: 31 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('PutLogEvents', () => {
  beforeEach(() => {
    aws.logs.putStream(WHERE.logGroupName, WHERE.logStreamName);
  });

  it('stores every byte of a message', async () => {
    const message = 'ä€😀\u0000"\\';
    await put([at(NOW, message)]);
    expect(stored()).toEqual([message]);
  });

  const half = PUT_LOG_EVENTS.batchBytes / 2 - PUT_LOG_EVENTS.overhead;
  const count = (n: number) => Array.from({ length: n }, () => at(NOW, 'x'));

  it.each([
    [
      'two events of exactly the batch size',
      [at(NOW, 'x'.repeat(half)), at(NOW, '€'.repeat(half / 3))],
    ],
    [
      'one event of exactly the event size',
      [at(NOW, 'x'.repeat(PUT_LOG_EVENTS.eventBytes - PUT_LOG_EVENTS.overhead))],
    ],
    ['10,000 events', count(10_000)],
    ['a span of exactly 24 hours', [at(NOW - DAY), at(NOW)]],
    ['the oldest time', [at(NOW - 14 * DAY)]],
    ['the newest time', [at(NOW + 2 * HOUR)]],
  ])('takes %s', async (_, events) => {
    const { rejectedLogEventsInfo } = await put(events);
    expect(rejectedLogEventsInfo).toBeUndefined();
    expect(aws.logs.events()).toHaveLength(events.length);
  });

  it.each([
    [
      'a byte more than the batch size',
      [at(NOW, 'x'.repeat(half)), at(NOW, 'x'.repeat(half + 1))],
      'Upload too large',
    ],
    [
      'a byte more than the event size',
      [at(NOW, 'x'.repeat(PUT_LOG_EVENTS.eventBytes - PUT_LOG_EVENTS.overhead + 1))],
      'Log event too large',
    ],
    ['10,001 events', count(10_001), '10000'],
    ['events out of order', [at(NOW), at(NOW - 1)], 'chronological order'],
    ['a span of more than 24 hours', [at(NOW - DAY - 1), at(NOW)], '24 hours'],
    ['an empty message', [at(NOW, '')], 'greater than or equal to 1'],
    ['no event', [], 'logEvents'],
  ])('refuses %s', async (_, events, message) => {
    await expect(put(events)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining(message),
    });
    expect(stored()).toEqual([]);
  });

  it('rejects what is too old and too new and takes the rest', async () => {
    const { rejectedLogEventsInfo } = await put([
      at(NOW - 14 * DAY - 1, 'too old'),
      at(NOW, 'good'),
      at(NOW + 2 * HOUR, 'just in time'),
      at(NOW + 2 * HOUR + 1, 'too new'),
      at(NOW + 3 * HOUR, 'too new'),
    ]);
    expect(rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 1,
      tooNewLogEventStartIndex: 3,
    });
    expect(stored()).toEqual(['good', 'just in time']);
  });

  it('rejects what the retention of the group has expired', async () => {
    aws.logs.putGroup(WHERE.logGroupName).retention = 1;
    const { rejectedLogEventsInfo } = await put([at(NOW - DAY - 1), at(NOW, 'good')]);
    expect(rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
    expect(stored()).toEqual(['good']);
  });
});

describe('reading', () => {
  beforeEach(async () => {
    aws.logs.putStream(WHERE.logGroupName, WHERE.logStreamName);
    await put([1, 2, 3, 4, 5].map((n) => at(NOW + n, `event ${n}`)));
  });

  it('goes through a stream forwards, and gives the same token at its end', async () => {
    const first = await client.send(
      new GetLogEventsCommand({ ...WHERE, startFromHead: true, limit: 3 }),
    );
    const nextToken = first.nextForwardToken;
    const second = await client.send(new GetLogEventsCommand({ ...WHERE, nextToken }));
    const third = await client.send(
      new GetLogEventsCommand({ ...WHERE, nextToken: second.nextForwardToken }),
    );

    expect(first.events?.map(({ message }) => message)).toEqual(['event 1', 'event 2', 'event 3']);
    expect(second.events?.map(({ message }) => message)).toEqual(['event 4', 'event 5']);
    expect(third.events).toEqual([]);
    expect(third.nextForwardToken).toBe(second.nextForwardToken);
  });

  it('goes through a stream backwards from its end', async () => {
    const last = await client.send(new GetLogEventsCommand({ ...WHERE, limit: 2 }));
    const before = await client.send(
      new GetLogEventsCommand({ ...WHERE, limit: 2, nextToken: last.nextBackwardToken }),
    );
    expect(last.events?.map(({ message }) => message)).toEqual(['event 4', 'event 5']);
    expect(before.events?.map(({ message }) => message)).toEqual(['event 2', 'event 3']);
  });

  it('filters a group by stream, time and term, page by page', async () => {
    aws.logs.putStream(WHERE.logGroupName, 'other');
    aws.logs.append(aws.logs.stream(WHERE.logGroupName, 'other'), NOW + 2, 'event other');

    const pages: (string | undefined)[][] = [];
    for await (const { events = [] } of paginateFilterLogEvents(
      { client, pageSize: 2 },
      {
        logGroupName: WHERE.logGroupName,
        logStreamNames: [WHERE.logStreamName],
        startTime: NOW + 2,
        endTime: NOW + 5,
        filterPattern: 'event',
      },
    )) {
      pages.push(events.map(({ message }) => message));
    }
    const quoted = await client.send(
      new FilterLogEventsCommand({ logGroupName: WHERE.logGroupName, filterPattern: '"event 3"' }),
    );

    expect(pages).toEqual([
      ['event 2', 'event 3'],
      ['event 4', 'event 5'],
    ]);
    expect(quoted.events).toMatchObject([{ message: 'event 3', logStreamName: 'job' }]);
  });

  it('forgets what was cleared', () => {
    aws.logs.clear();
    expect(aws.logs.events({ group: WHERE.logGroupName })).toEqual([]);
    expect(aws.logs.groups.size).toBe(1);
  });
});
