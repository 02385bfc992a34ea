import type { LogEvent } from '../../lambda/model/delivery/event.ts';

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
