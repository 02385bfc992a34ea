import type {
  FilterLogEventsRequest,
  FilterLogEventsResponse,
  GetLogEventsRequest,
  GetLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../protocol/protocol.ts';
import type { LogStore, StoredEvent } from './store.ts';

/** Most events of a page, and the default. A page also ends at 1 MB of messages. */
export const MAX_PAGE_EVENTS = 10_000;
export const MAX_PAGE_BYTES = 1_048_576;

/** The events of one stream, page by page in both directions; at the end the same token comes back. */
export function getLogEvents(store: LogStore, input: GetLogEventsRequest): GetLogEventsResponse {
  const { logGroupName, logGroupIdentifier, logStreamName, startFromHead = false } = input;
  const { startTime = -Infinity, endTime = Infinity } = input;
  const stream = store.stream(logGroupName ?? logGroupIdentifier, logStreamName);
  const events = store
    .events({ group: stream.group, stream: stream.name })
    .filter(({ timestamp }) => timestamp >= startTime && timestamp < endTime);
  const { forward, position } = input.nextToken
    ? parseToken(input.nextToken)
    : { forward: startFromHead, position: startFromHead ? 0 : events.length };

  const rest = forward ? events.slice(position) : events.slice(0, position).reverse();
  const page = pageOf(rest, input.limit);
  const first = forward ? Math.min(position, events.length) : position - page.length;
  return {
    events: (forward ? page : page.reverse()).map(({ timestamp, message, ingestionTime }) => ({
      timestamp,
      message,
      ingestionTime,
    })),
    nextForwardToken: `f/${first + page.length}`,
    nextBackwardToken: `b/${first}`,
  };
}

/**
 * The events of a group, oldest first. The only supported filter patterns are terms: words and quoted phrases, all of
 * which an event must contain.
 */
export function filterLogEvents(
  store: LogStore,
  input: FilterLogEventsRequest,
): FilterLogEventsResponse {
  const { logGroupName, logGroupIdentifier, logStreamNames, logStreamNamePrefix = '' } = input;
  const { startTime = -Infinity, endTime = Infinity, filterPattern = '', nextToken } = input;
  const group = store.group(logGroupName ?? logGroupIdentifier);
  const terms = termsOf(filterPattern);
  const events = store
    .events({ group: group.name })
    .filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime)
    .filter(({ stream }) => logStreamNames?.includes(stream) ?? true)
    .filter(({ stream }) => stream.startsWith(logStreamNamePrefix))
    .filter(({ message }) => terms.every((term) => message.includes(term)));
  const { position } = nextToken ? parseToken(nextToken) : { position: 0 };
  const page = pageOf(events.slice(position), input.limit);
  const next = position + page.length;
  return {
    events: page.map(({ stream, timestamp, message, ingestionTime, id }) => ({
      logStreamName: stream,
      timestamp,
      message,
      ingestionTime,
      eventId: id,
    })),
    searchedLogStreams: [],
    nextToken: next < events.length ? `f/${next}` : undefined,
  };
}

function pageOf(events: readonly StoredEvent[], limit = MAX_PAGE_EVENTS): StoredEvent[] {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_EVENTS) {
    throw new AwsError(
      'InvalidParameterException',
      `limit must be between 1 and ${MAX_PAGE_EVENTS}`,
    );
  }
  let bytes = 0;
  const end = events.slice(0, limit).findIndex(({ message }) => {
    bytes += Buffer.byteLength(message);
    return bytes > MAX_PAGE_BYTES;
  });
  return events.slice(0, end === -1 ? limit : Math.max(end, 1));
}

function parseToken(token: string): { forward: boolean; position: number } {
  const match = /^([fb])\/(\d+)$/.exec(token);
  if (match === null) {
    throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
  }
  return { forward: match[1] === 'f', position: Number(match[2]) };
}

function termsOf(pattern: string): string[] {
  if (/^\s*[{[%]/.test(pattern)) {
    throw new AwsError(
      'InvalidParameterException',
      'This stand-in knows no filter patterns but terms.',
    );
  }
  return Array.from(pattern.matchAll(/"([^"]*)"|(\S+)/g), (match) => match[1] ?? match[2] ?? '');
}
