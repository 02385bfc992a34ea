/**
 * The size limit of a log event, for the stage that writes it and for the output that sends it:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */

/** "plus 26 bytes for each log event". */
export const EVENT_OVERHEAD_BYTES = 26;

/** "Each log event can be no larger than 1 MB", including its overhead, or no batch of 1,048,576 bytes could hold it. */
export const MAX_EVENT_BYTES = 1_048_576;

/** The size of an event as CloudWatch Logs counts it: UTF-8 bytes of its message and the overhead. */
export function eventBytes(message: string): number {
  return Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
}
