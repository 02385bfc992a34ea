/**
 * Limits of PutMetricData, as its API reference states them:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */

/** "Each request is also limited to no more than 1000 different metrics". */
export const MAX_DATA = 1_000;

/** "limited to 1 MB in size": before compression, as the reference does not say. */
export const MAX_REQUEST_BYTES = 1_000_000;

/** "up to 150 values per metric": different ones, each with how often it occurred. */
export const MAX_VALUES = 150;

/** Requests a second of an account and Region: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
export const REQUESTS_A_SECOND = 500;
