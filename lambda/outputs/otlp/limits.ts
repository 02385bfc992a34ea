/**
 * Limits of CloudWatch's OTLP endpoint for metrics. Fargauge keeps them for any receiver.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html
 */

/** Data points of a request, over all resources and metrics. CloudWatch refuses a larger request as a whole. */
export const MAX_POINTS = 1_000;

/** Bytes of a request before compression: 1 MB. */
export const MAX_REQUEST_BYTES = 1_000_000;

/** Bytes of a data point, with the attributes of its resource: 40 KB. */
export const MAX_POINT_BYTES = 40_000;

/** Attributes of a data point, with those of its resource. */
export const MAX_ATTRIBUTES = 150;

/** Most milliseconds between now and the time of a data point: 14 days in the past and 10 minutes in the future. */
export const MAX_AGE_MS = 14 * 24 * 3_600_000;
export const MAX_AHEAD_MS = 10 * 60_000;
