/**
 * Limits of the Embedded Metric Format, unless another source is named:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */

/** MetricDefinitions in one MetricDirective; CloudWatch silently ignores a directive with more. */
export const MAX_METRICS_PER_DIRECTIVE = 100;

/** Numbers in the value of a metric; CloudWatch ignores an event with more. */
export const MAX_VALUES_PER_METRIC = 100;
