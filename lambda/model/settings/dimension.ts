/**
 * Characters of a dimension's name in an event, and of its value; the API itself takes names of 255.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
export const MAX_DIMENSION_NAME = 250;
export const MAX_DIMENSION_VALUE = 1024;

/** The member of an event that holds its directives: never a label. */
const RESERVED = '_aws';

/** The first and the last of the printable ASCII characters, of which the first is the only blank. */
const SPACE = 0x20;
const TILDE = 0x7e;

/** Whether CloudWatch takes a label as a dimension by this name. */
export function isDimensionName(name: string): boolean {
  return (
    name.length <= MAX_DIMENSION_NAME &&
    isDimensionText(name) &&
    !name.startsWith(':') &&
    name !== RESERVED
  );
}

/** Whether CloudWatch takes this as the value of a dimension. */
export function isDimensionValue(value: string | undefined): boolean {
  return value !== undefined && value.length <= MAX_DIMENSION_VALUE && isDimensionText(value);
}

/**
 * What CloudWatch takes as a dimension's name and value: ASCII without control characters, not only white space. A metric
 * with any other is dropped in silence. No expression, for each sample of each cycle asks this.
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
