/**
 * Characters of a dimension's name in an event; the API itself takes names of 255.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const MAX_DIMENSION_NAME = 250;

/**
 * ASCII without control characters, not only white space, no colon at its beginning.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
const NAME = /^(?=.*\S)(?!:)[\x20-\x7e]+$/;

/** The member of an event that holds its directives: never a label. */
const RESERVED = '_aws';

/** Whether CloudWatch takes a label as a dimension by this name. A metric with any other is dropped in silence. */
export function isDimensionName(name: string): boolean {
  return name.length <= MAX_DIMENSION_NAME && NAME.test(name) && name !== RESERVED;
}
