/**
 * List prices of us-east-1 in dollars, as known in autumn 2026. docs/cost.md has the source of each, and how sure it
 * is: documented by AWS, of third parties, or unconfirmed.
 */

/** Minutes and hours of a month. */
export const MINUTES = 43_800;
export const HOURS = 730;

/** Of a GB of CloudWatch Logs and of the network. */
export const GB = 1_000_000_000;

/** Prices of a metric of CloudWatch by tier: a number of metrics, and the price of each. */
export const METRIC_TIERS: readonly (readonly [count: number, dollars: number])[] = [
  [10_000, 0.3],
  [240_000, 0.1],
  [750_000, 0.05],
  [Number.POSITIVE_INFINITY, 0.02],
];

/** A metric that an alarm reads. */
export const ALARM_METRIC = 0.1;

/** A GB of written log events. */
export const LOG_GB = 0.5;

/** A GB of stored log events for a month. */
export const LOG_GB_MONTH = 0.03;

/** A request of PutMetricData, whatever it holds. */
export const PUT_METRIC_DATA = 0.00001;

/** A function on arm64. */
export const LAMBDA_GB_SECOND = 0.0000133334;
export const LAMBDA_REQUEST = 0.0000002;

export const S3_PUT = 0.000005;
export const S3_GET = 0.0000004;

/** Express workflows of AWS Step Functions, and transitions of Standard ones. */
export const WORKFLOW_REQUEST = 0.000001;
export const WORKFLOW_GB_SECOND = 0.00001667;
export const TRANSITION = 0.000025;

/** An interface endpoint in a zone, and a NAT gateway. */
export const ENDPOINT_HOUR = 0.01;
export const ENDPOINT_GB = 0.01;
export const NAT_HOUR = 0.045;
export const NAT_GB = 0.045;

/** An hour of a vCPU and of a GB of memory of Fargate. */
export const FARGATE_HOUR = {
  ARM64: { cpu: 0.03238, memory: 0.00356 },
  X86_64: { cpu: 0.04048, memory: 0.004445 },
} as const;

/** A public IPv4 address in use; unconfirmed. */
export const ADDRESS_HOUR = 0.005;
