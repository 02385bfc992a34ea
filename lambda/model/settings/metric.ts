/** Names whose validity is remembered, before that memory is emptied. */
const REMEMBERED_NAMES = 10_000;

/** Characters of a metric name: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export const MAX_METRIC_NAME = 255;

/**
 * The characters of a metric name: printable ASCII, not only blanks.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStreamFilter.html
 */
const METRIC_NAME = /^(?=.*\S)[\x20-\x7e]+$/;

/**
 * Prefix of the namespaces of AWS, which PutMetricData refuses for others.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export const RESERVED_NAMESPACE = 'AWS/';

/** Largest absolute value: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export const MAX_METRIC_VALUE = 2 ** 360;

const validNames = new Map<string, boolean>();

/** Whether CloudWatch accepts this as the name of a metric. */
export function isMetricName(name: string): boolean {
  let valid = validNames.get(name);
  if (valid === undefined) {
    valid = name.length <= MAX_METRIC_NAME && METRIC_NAME.test(name);
    if (validNames.size >= REMEMBERED_NAMES) validNames.clear();
    validNames.set(name, valid);
  }
  return valid;
}

/** Whether CloudWatch accepts this as a value of a metric. */
export function isMetricValue(value: number): boolean {
  return Math.abs(value) <= MAX_METRIC_VALUE;
}
