/**
 * Characters of a dimension's value.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
export const MAX_DIMENSION_VALUE = 1024;

/** The first and the last of the printable ASCII characters, of which the first is the only blank. */
const SPACE = 0x20;
const TILDE = 0x7e;

export function isDimensionValue(value: string | undefined): boolean {
  return value !== undefined && value.length <= MAX_DIMENSION_VALUE && isDimensionText(value);
}

/**
 * What CloudWatch takes as a dimension's value: ASCII without control characters, not only white space. A metric
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
