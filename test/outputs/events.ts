import type { PutLogEventsRequest } from '@aws-sdk/client-cloudwatch-logs';
import type { LogEvent } from '../../lambda/model/delivery/event.ts';
import { PutBatchCommand } from '../../lambda/outputs/cloudwatch-logs/put-batch.ts';

/** A log event to group `g`, stream `s`. */
export function logEvent(more: Partial<LogEvent> = {}): LogEvent {
  return {
    logGroup: 'g',
    logStream: 's',
    timestamp: Date.now(),
    message: '{"a":1}',
    metrics: 1,
    ...more,
  };
}

/** The request of a command of the output, as CloudWatch Logs reads it. */
export function putRequestOf(command: unknown): PutLogEventsRequest {
  if (!(command instanceof PutBatchCommand)) throw new Error('expected events');
  return JSON.parse(command.body.toString()) as PutLogEventsRequest;
}
