import { CREDENTIALS, REGION } from './aws.ts';

/** A metric as `list_metrics` knows it. */
export interface ListedMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

/** A period as `get_metric_statistics` gives it. */
export interface Datapoint {
  /** Seconds. */
  readonly Timestamp: number;
  readonly SampleCount: number;
  readonly Sum: number;
  readonly Minimum: number;
  readonly Maximum: number;
  readonly Unit?: string;
}

const STATISTICS = ['SampleCount', 'Sum', 'Minimum', 'Maximum'];

/** The metrics of a namespace in moto's CloudWatch. */
export async function listMetrics(
  endpoint: string,
  namespace: string,
): Promise<readonly ListedMetric[]> {
  const answer = await call(endpoint, 'ListMetrics', { Namespace: namespace });
  return (answer as { readonly Metrics: readonly ListedMetric[] }).Metrics;
}

/** What moto's CloudWatch has of a metric, minute by minute. @param from milliseconds since the epoch */
export async function statisticsOf(
  endpoint: string,
  metric: ListedMetric,
  from: number,
  to: number,
): Promise<readonly Datapoint[]> {
  const answer = await call(endpoint, 'GetMetricStatistics', {
    ...metric,
    StartTime: from / 1_000,
    EndTime: to / 1_000,
    Period: 60,
    Statistics: STATISTICS,
  });
  return (answer as { readonly Datapoints: readonly Datapoint[] }).Datapoints;
}

/** The project has no client for CloudWatch, and two calls are all that is needed. */
async function call(endpoint: string, operation: string, input: object): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `GraniteServiceVersion20100801.${operation}`,
      // moto reads service and Region out of the signature's scope and checks no more of it.
      authorization: `AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/20260101/${REGION}/monitoring/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  if (!response.ok)
    throw new Error(`${operation}: HTTP ${response.status} ${await response.text()}`);
  return response.json();
}
