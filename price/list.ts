import type { Confidence, Price, Tier } from './price.ts';

/** Minutes and hours of a month. */
export const MINUTES = 43_800;
export const HOURS = 730;

/** Bytes of a GB of CloudWatch and of the network. */
export const GB = 1_000_000_000;

const CALCULATORS = 'several price calculators';
const AWS_PAGE = 'price page of AWS, as quoted by third parties';
const OTEL_PRICING =
  'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-otel-pricing.html says: by GB';

/** Metrics of CloudWatch by tier. */
const METRIC_TIERS: readonly Tier[] = [
  [10_000, 0.3],
  [240_000, 0.1],
  [750_000, 0.05],
  [Number.POSITIVE_INFINITY, 0.02],
];

/**
 * List prices of us-east-1 without free tiers. The only place of the code that has prices: the bill of a deployment, the
 * command `cost` and the bench read it. Check a price before you rely on it.
 */
export const PRICES = {
  metric: {
    ...price(0.3, 'metric and month', 'third party', CALCULATORS),
    tiers: METRIC_TIERS,
  },
  alarmMetric: price(0.1, 'metric that an alarm reads', 'third party', CALCULATORS),
  dashboard: price(3, 'dashboard beyond the first three', 'unconfirmed', 'none'),
  putMetricData: price(0.00001, 'request of PutMetricData', 'third party', CALCULATORS),
  otlpGb: price(
    undefined,
    'GB of data points that CloudWatch takes by OTLP',
    'unknown',
    OTEL_PRICING,
  ),
  logGb: price(0.5, 'GB of log events', 'third party', CALCULATORS, '2026-02'),
  logGbMonth: price(0.03, 'GB of log events and month', 'third party', CALCULATORS, '2026-02'),
  ampSample: price(9e-8, 'sample in a workspace of Managed Prometheus', 'unconfirmed', 'none'),
  containerInsightsMetric: price(
    0.07,
    'metric of Container Insights, enhanced',
    'third party',
    'https://fortem.dev/blog/ecs-fargate-monitoring/',
  ),
  lambdaGbSecond: price(0.0000133334, 'GB-second of a function on arm64', 'third party', AWS_PAGE),
  lambdaRequest: price(0.0000002, 'invocation of a function', 'third party', AWS_PAGE),
  s3Put: price(0.000005, 'PUT of an object', 'third party', CALCULATORS),
  s3Get: price(0.0000004, 'GET of an object', 'third party', CALCULATORS),
  workflowRequest: price(0.000001, 'run of an Express workflow', 'unconfirmed', 'none'),
  workflowGbSecond: price(0.00001667, 'GB-second of an Express workflow', 'unconfirmed', 'none'),
  transition: price(0.000025, 'transition of a Standard workflow', 'third party', CALCULATORS),
  endpointHour: price(0.01, 'hour of an interface endpoint in a zone', 'third party', CALCULATORS),
  endpointGb: price(
    0.01,
    'GB through an interface endpoint',
    'documented',
    'https://docs.aws.amazon.com/vpc/latest/privatelink/',
  ),
  natHour: price(0.045, 'hour of a NAT gateway', 'third party', CALCULATORS),
  natGb: price(0.045, 'GB through a NAT gateway', 'third party', CALCULATORS),
  armCpuHour: price(
    0.03238,
    'hour of a vCPU of Fargate, arm64',
    'third party',
    CALCULATORS,
    '2026-03',
  ),
  armMemoryHour: price(
    0.00356,
    'hour of a GB of Fargate, arm64',
    'third party',
    CALCULATORS,
    '2026-03',
  ),
  x86CpuHour: price(
    0.04048,
    'hour of a vCPU of Fargate, x86',
    'third party',
    CALCULATORS,
    '2026-03',
  ),
  x86MemoryHour: price(
    0.004445,
    'hour of a GB of Fargate, x86',
    'third party',
    CALCULATORS,
    '2026-03',
  ),
  keyMonth: price(1, 'key of KMS and month', 'unconfirmed', 'none'),
  addressHour: price(0.005, 'hour of a public IPv4 address', 'unconfirmed', 'none'),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;

/** A price for each name; `PRICES`, or with some of them replaced. */
export type PriceList = Readonly<Record<PriceName, Price>>;

function price(
  dollars: number | undefined,
  unit: string,
  confidence: Confidence,
  source: string,
  date = '2026-09',
): Price {
  return { dollars, unit, source, date, confidence };
}
