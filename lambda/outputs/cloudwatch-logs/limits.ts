/**
 * Limits of PutLogEvents, as its API reference states them:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */

/** "The maximum batch size is 1,048,576 bytes": UTF-8 bytes of the messages and the overhead of each event. */
export const MAX_BATCH_BYTES = 1_048_576;

/** "The maximum number of log events in a batch is 10,000." */
export const MAX_BATCH_EVENTS = 10_000;

/** "the time span in a single batch cannot exceed 24 hours". */
export const MAX_BATCH_SPAN_MS = 24 * 3_600_000;
