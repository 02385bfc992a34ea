import type {
  CreateLogGroupRequest,
  CreateLogStreamRequest,
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  PutLogEventsRequest,
  PutRetentionPolicyRequest,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Rejection } from '../protocol/faults.ts';
import { JSON_ERRORS, operation, type Service } from '../protocol/operation.ts';
import { AwsError } from '../protocol/protocol.ts';
import { putLogEvents } from './put-events.ts';
import { filterLogEvents, getLogEvents } from './reader.ts';
import type { LogStore, StoredEvent } from './store.ts';

/** Largest page of the describe operations, and their default. */
export const MAX_DESCRIBED_LOGS = 50;

/** The days that PutRetentionPolicy accepts. */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

const GROUP_NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const STREAM_NAME = /^[^:*]{1,512}$/;

/** The operations of Amazon CloudWatch Logs that a collector and its reader need, over a store. */
export function logsService(store: LogStore): Service {
  return {
    target: 'Logs_20140328',
    iamPrefix: 'logs',
    ...JSON_ERRORS,
    operations: new Map([
      ['CreateLogGroup', operation((input: CreateLogGroupRequest) => createGroup(store, input))],
      ['CreateLogStream', operation((input: CreateLogStreamRequest) => createStream(store, input))],
      [
        'PutRetentionPolicy',
        operation((input: PutRetentionPolicyRequest) => putRetention(store, input)),
      ],
      [
        'DescribeLogGroups',
        operation((input: DescribeLogGroupsRequest) => describeGroups(store, input)),
      ],
      [
        'DescribeLogStreams',
        operation((input: DescribeLogStreamsRequest) => describeStreams(store, input)),
      ],
      [
        'PutLogEvents',
        operation((input: PutLogEventsRequest, rejection?: Rejection) =>
          putLogEvents(store, input, rejection),
        ),
      ],
      ['GetLogEvents', operation(getLogEvents.bind(undefined, store))],
      ['FilterLogEvents', operation(filterLogEvents.bind(undefined, store))],
    ]),
  };
}

function createGroup(store: LogStore, { logGroupName = '' }: CreateLogGroupRequest): object {
  if (!GROUP_NAME.test(logGroupName)) throw invalidName('logGroupName', logGroupName, GROUP_NAME);
  if (store.groups.has(logGroupName)) throw alreadyExists('log group');
  store.putGroup(logGroupName);
  return {};
}

function createStream(
  store: LogStore,
  { logGroupName = '', logStreamName = '' }: CreateLogStreamRequest,
): object {
  if (!STREAM_NAME.test(logStreamName)) {
    throw invalidName('logStreamName', logStreamName, STREAM_NAME);
  }
  if (store.group(logGroupName).streams.has(logStreamName)) throw alreadyExists('log stream');
  store.putStream(logGroupName, logStreamName);
  return {};
}

function putRetention(
  store: LogStore,
  { logGroupName = '', retentionInDays = 0 }: PutRetentionPolicyRequest,
): object {
  if (!RETENTION_DAYS.includes(retentionInDays)) {
    throw new AwsError(
      'InvalidParameterException',
      `retentionInDays must be one of ${RETENTION_DAYS.join(', ')}`,
    );
  }
  store.group(logGroupName).retention = retentionInDays;
  return {};
}

function describeGroups(
  store: LogStore,
  input: DescribeLogGroupsRequest,
): DescribeLogGroupsResponse {
  const { logGroupNamePrefix = '', logGroupNamePattern = '' } = input;
  const pattern = logGroupNamePattern.toLowerCase();
  const groups = [...store.groups.values()]
    .filter(({ name }) => name.startsWith(logGroupNamePrefix))
    .filter(({ name }) => name.toLowerCase().includes(pattern))
    .sort(byName);
  const { page, nextToken } = pageOf(groups, input);
  return {
    logGroups: page.map(({ name, arn, createdAt, retention }) => ({
      logGroupName: name,
      logGroupArn: arn,
      arn: `${arn}:*`,
      creationTime: createdAt,
      retentionInDays: retention,
      logGroupClass: 'STANDARD',
    })),
    nextToken,
  };
}

function describeStreams(
  store: LogStore,
  input: DescribeLogStreamsRequest,
): DescribeLogStreamsResponse {
  const { logGroupName, logGroupIdentifier, logStreamNamePrefix = '', orderBy, descending } = input;
  const streams = [...store.group(logGroupName ?? logGroupIdentifier).streams.values()]
    .filter(({ name }) => name.startsWith(logStreamNamePrefix))
    .sort(byName)
    .map(({ name, arn, createdAt, events }) => ({
      logStreamName: name,
      arn,
      creationTime: createdAt,
      firstEventTimestamp: extreme(events, Math.min),
      lastEventTimestamp: extreme(events, Math.max),
      lastIngestionTime: events.at(-1)?.ingestionTime,
    }));
  if (orderBy === 'LastEventTime') {
    streams.sort((a, b) => (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0));
  }
  if (descending) streams.reverse();
  const { page, nextToken } = pageOf(streams, input);
  return { logStreams: page, nextToken };
}

function extreme(
  events: readonly StoredEvent[],
  choose: (a: number, b: number) => number,
): number | undefined {
  return events.reduce<number | undefined>(
    (chosen, { timestamp }) => choose(chosen ?? timestamp, timestamp),
    undefined,
  );
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** These pages go by position, because nobody lists more than a handful of groups and streams. */
function pageOf<Entry>(
  entries: readonly Entry[],
  {
    limit = MAX_DESCRIBED_LOGS,
    nextToken = '0',
  }: { limit?: number | undefined; nextToken?: string | undefined },
) {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_DESCRIBED_LOGS) {
    throw new AwsError(
      'InvalidParameterException',
      `limit must be between 1 and ${MAX_DESCRIBED_LOGS}`,
    );
  }
  if (!/^\d+$/.test(nextToken)) {
    throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
  }
  const end = Number(nextToken) + limit;
  return {
    page: entries.slice(Number(nextToken), end),
    nextToken: end < entries.length ? String(end) : undefined,
  };
}

function invalidName(parameter: string, value: string, pattern: RegExp): AwsError {
  return new AwsError(
    'InvalidParameterException',
    `Value '${value}' at '${parameter}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );
}

function alreadyExists(what: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', `The specified ${what} already exists`);
}
