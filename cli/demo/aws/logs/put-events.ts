import type { PutLogEventsRequest, PutLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Rejection } from '../protocol/faults.ts';
import { AwsError } from '../protocol/protocol.ts';
import type { LogStore } from './store.ts';

/**
 * The rules of PutLogEvents.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export const PUT_LOG_EVENTS = {
  /** UTF-8 bytes of the messages, and `overhead` for each event. */
  batchBytes: 1_048_576,
  overhead: 26,
  batchEvents: 10_000,
  /** One event, with its overhead. */
  eventBytes: 1_048_576,
  spanMs: 24 * 3_600_000,
  tooOldMs: 14 * 24 * 3_600_000,
  tooNewMs: 2 * 3_600_000,
} as const;

const DAY_MS = 24 * 3_600_000;

interface InputEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Accepts a batch, except events that are too old, expired or too new, or throws an `AwsError`. */
export function putLogEvents(
  store: LogStore,
  { logGroupName, logStreamName, logEvents }: PutLogEventsRequest,
  injected: Rejection = {},
): PutLogEventsResponse {
  const events = validEvents(logEvents);
  const { retention = Infinity } = store.group(logGroupName);
  const stream = store.stream(logGroupName, logStreamName);
  const now = store.now();
  const oldest = now - PUT_LOG_EVENTS.tooOldMs;
  const kept = now - retention * DAY_MS;
  const newest = now + PUT_LOG_EVENTS.tooNewMs;
  const before = (time: number) => events.filter(({ timestamp }) => timestamp < time).length;
  const tooOld = injected.tooOld ?? before(oldest);
  const expired = injected.expired ?? before(kept);
  const tooNew = injected.tooNew ?? events.filter(({ timestamp }) => timestamp > newest).length;
  const accepted = events.slice(Math.max(tooOld, expired), events.length - tooNew);
  checkSpan(accepted);
  for (const { timestamp, message } of accepted) store.append(stream, timestamp, message);

  const rejected = {
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
    ...(tooNew > 0 ? { tooNewLogEventStartIndex: events.length - tooNew } : {}),
  };
  return {
    nextSequenceToken: '49000000000000000000000000000000000000000000000000000000',
    ...(Object.keys(rejected).length > 0 ? { rejectedLogEventsInfo: rejected } : {}),
  };
}

/** The events, if the batch keeps every rule whose violation fails the whole call. */
function validEvents(logEvents: PutLogEventsRequest['logEvents']): InputEvent[] {
  if (!Array.isArray(logEvents) || logEvents.length < 1) {
    throw invalid("'logEvents' failed to satisfy constraint: Member must not be null or empty");
  }
  if (logEvents.length > PUT_LOG_EVENTS.batchEvents) {
    throw invalid(
      `'logEvents' failed to satisfy constraint: Member must have length less than or equal to ${PUT_LOG_EVENTS.batchEvents}`,
    );
  }
  let batchBytes = 0;
  const events = logEvents.map(({ timestamp, message }, index): InputEvent => {
    if (typeof timestamp !== 'number' || !Number.isInteger(timestamp) || timestamp < 0) {
      throw invalid(`'logEvents.${index + 1}.member.timestamp' must be a time in milliseconds`);
    }
    if (typeof message !== 'string' || message === '') {
      throw invalid(
        `'logEvents.${index + 1}.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      );
    }
    const bytes = Buffer.byteLength(message) + PUT_LOG_EVENTS.overhead;
    if (bytes > PUT_LOG_EVENTS.eventBytes) {
      throw invalid(
        `Log event too large: ${bytes} bytes exceeds limit of ${PUT_LOG_EVENTS.eventBytes}`,
      );
    }
    batchBytes += bytes;
    return { timestamp, message };
  });
  if (batchBytes > PUT_LOG_EVENTS.batchBytes) {
    throw invalid(
      `Upload too large: ${batchBytes} bytes exceeds limit of ${PUT_LOG_EVENTS.batchBytes}`,
    );
  }
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  return events;
}

/** Only the events that are not rejected count: "for valid events ... the time span cannot exceed 24 hours". */
function checkSpan(accepted: readonly InputEvent[]): void {
  const span = (accepted.at(-1)?.timestamp ?? 0) - (accepted[0]?.timestamp ?? 0);
  if (span > PUT_LOG_EVENTS.spanMs) {
    throw invalid(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
