/**
 * Limits of PutLogEvents, as its API reference states them:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */

/** "The maximum batch size is 1,048,576 bytes": UTF-8 bytes of the messages and the overhead of each event. */
export const MAX_BATCH_BYTES = 1_048_576;

/** "plus 26 bytes for each log event". */
export const EVENT_OVERHEAD_BYTES = 26;

/** "Each log event can be no larger than 1 MB": with its overhead, or no batch could hold it. */
export const MAX_EVENT_BYTES = MAX_BATCH_BYTES;

/** "The maximum number of log events in a batch is 10,000." */
export const MAX_BATCH_EVENTS = 10_000;

/** "the time span in a single batch cannot exceed 24 hours". */
export const MAX_BATCH_SPAN_MS = 24 * 3_600_000;

/** What an event counts for, in bytes. */
export function eventBytes(message: string): number {
  return Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
}
