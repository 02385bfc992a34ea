import { groupsOf } from '../../../lambda/grouping/grouping.ts';
import type { TargetMetrics } from '../../../lambda/model/delivery/metric-output.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import type { Point } from '../../../lambda/model/samples/point.ts';
import type { Series } from '../../../lambda/model/samples/sample.ts';
import { cloudWatchMetricsOutput } from '../../../lambda/outputs/cloudwatch-metrics/cloudwatch-metrics.ts';
import type { Runtime } from '../../../lambda/outputs/push/runtime.ts';
import { problemsOf, requestOf } from '../../cloudwatch/requests.ts';
import type { PutMetricDataRequest } from '../../cloudwatch/stored.ts';
import { CREDENTIALS, impatient, NO_DEADLINE } from '../push/receiver.ts';

export const REGION = 'eu-central-1';

/** When the points of tests were scraped. */
export const NOW = Date.UTC(2026, 4, 1);

export interface Sending {
  readonly units?: TargetMetrics['units'];
  /** What CloudWatch answers to each request. @default it takes all */
  readonly answer?: (request: PutMetricDataRequest, attempt: number) => Response;
  readonly runtime?: Partial<Runtime>;
  readonly signal?: AbortSignal;
}

/** Sends the points of targets in one cycle, to a stand-in that checks requests as the API does. */
export async function sent(
  targets: readonly (readonly Point[])[],
  { units = new Map(), answer, runtime, signal = NO_DEADLINE }: Sending = {},
) {
  const requests: PutMetricDataRequest[] = [];
  const accepted: PutMetricDataRequest[] = [];
  const headers: Readonly<Record<string, string>>[] = [];
  const surroundings = impatient({
    now: () => NOW,
    fetch: async (_, init) => {
      const request = requestOf({ body: init.body as Buffer });
      requests.push(request);
      headers.push(init.headers as Readonly<Record<string, string>>);
      const response = answer?.(request, requests.length) ?? new Response('{}');
      if (response.ok) accepted.push(request);
      return response;
    },
    ...runtime,
  });
  const output = cloudWatchMetricsOutput(
    {
      name: 'cloudwatch_metrics',
      url: 'https://monitoring.eu-central-1.amazonaws.com/',
      sigv4: { region: REGION, credentials: async () => CREDENTIALS },
    },
    surroundings,
  );
  const delivery = output.open(signal);
  const dropped: Series[] = [];
  const drops = new Drops((_, series) => dropped.push(series));
  const outcomes = targets.map((points) => {
    const groups = groupsOf(points, drops);
    return delivery.prepare({ groups, units }, drops)();
  });
  const report = await delivery.close();
  return {
    requests,
    accepted,
    headers,
    problems: requests.flatMap((request) => problemsOf(request, NOW)),
    waited: surroundings.waited,
    outcomes: await Promise.all(outcomes),
    report,
    dropped,
    drops: Object.fromEntries(drops.counts),
  };
}

/** How the API refuses: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html */
export function refusal(type: string, message: string, status = 400): Response {
  return new Response(JSON.stringify({ __type: `com.amazonaws.monitoring#${type}`, message }), {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
  });
}
