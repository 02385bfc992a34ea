/**
 * Characters of a dimension's name in an event, and of its value; the API itself accepts names of 255.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
export const MAX_DIMENSION_NAME = 250;
export const MAX_DIMENSION_VALUE = 1024;

/** The member of an event that holds its directives: never a label. */
const RESERVED = '_aws';

/** The first and the last printable ASCII character; the first is the only blank. */
const SPACE = 0x20;
const TILDE = 0x7e;

/** Whether CloudWatch accepts a label as a dimension of this name. */
export function isDimensionName(name: string): boolean {
  return (
    name.length <= MAX_DIMENSION_NAME &&
    isDimensionText(name) &&
    !name.startsWith(':') &&
    name !== RESERVED
  );
}

/** Whether CloudWatch accepts this as the value of a dimension. */
export function isDimensionValue(value: string | undefined): boolean {
  return value !== undefined && value.length <= MAX_DIMENSION_VALUE && isDimensionText(value);
}

/**
 * Names and values that CloudWatch accepts: ASCII without control characters, not only white space. CloudWatch silently
 * drops a metric with any other. A loop instead of an expression, because each sample of each cycle needs this.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
function isDimensionText(text: string): boolean {
  let blank = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < SPACE || code > TILDE) return false;
    if (code !== SPACE) blank = false;
  }
  return !blank;
}
