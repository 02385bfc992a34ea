/**
 * Limits of CloudWatch's OTLP endpoint for metrics. They are kept for any receiver.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html
 */

/** Data points of a request, over all resources and metrics. With more, all of it is refused. */
export const MAX_POINTS = 1_000;

/** Bytes of a request before compression: 1 MB. */
export const MAX_REQUEST_BYTES = 1_000_000;

/** Bytes of a data point, with the attributes of its resource: 40 KB. */
export const MAX_POINT_BYTES = 40_000;

/** Attributes of a data point, with those of its resource. */
export const MAX_ATTRIBUTES = 150;

/** How far the time of a data point may be from now, in milliseconds: 14 days and 10 minutes. */
export const MAX_AGE_MS = 14 * 24 * 3_600_000;
export const MAX_AHEAD_MS = 10 * 60_000;
