import { gunzipSync } from 'node:zlib';
import type { AnyOutput } from '../../lambda/model/delivery/any-output.ts';
import type {
  OtlpConfig,
  OutputConfig,
  RemoteWriteConfig,
} from '../../lambda/model/settings/output.ts';
import type { LogsSender } from '../../lambda/outputs/cloudwatch-logs/api.ts';
import { cloudWatchLogsOutput } from '../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { PutBatchCommand } from '../../lambda/outputs/cloudwatch-logs/put-batch.ts';
import { cloudWatchMetricsOutput } from '../../lambda/outputs/cloudwatch-metrics/cloudwatch-metrics.ts';
import { otlpOutput } from '../../lambda/outputs/otlp/otlp.ts';
import type { Fetch } from '../../lambda/outputs/push/exchange.ts';
import { type Runtime, systemRuntime } from '../../lambda/outputs/push/runtime.ts';
import { remoteWriteOutput } from '../../lambda/outputs/remote-write/remote-write.ts';
import { pointsIn } from './otlp-points.ts';

/** Where metrics can go: EMF events, PutMetricData, CloudWatch's OTLP endpoint, a workspace of Managed Prometheus. */
export const DESTINATIONS = ['logs', 'metrics', 'otlp', 'workspace'] as const;

export type Destination = (typeof DESTINATIONS)[number];

/** What CloudWatch bills as one metric. */
export interface CountedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
}

/** What a receiver got in one cycle. */
export interface Received {
  readonly requests: number;
  /** Of the requests' bodies as they are sent, compressed where the API takes that. */
  readonly sentBytes: number;
  /** Data of PutMetricData, and data points of OTLP; 0 for others. */
  readonly data: number;
  /** Bytes that CloudWatch bills for the points of OTLP; 0 for others. */
  readonly otlpBytes: number;
  /** Distinct metrics of CloudWatch. */
  readonly metrics: readonly CountedMetric[];
}

/** A request as it came. Its content is counted later, so that the time for that is not the collector's. */
interface Taken {
  readonly sentBytes: number;
  count(counts: Counts): void;
}

interface Counts {
  data: number;
  otlpBytes: number;
  readonly metrics: Map<string, CountedMetric>;
}

/** Signatures are computed, and nobody checks them. */
const SIGV4 = {
  region: 'us-east-1',
  credentials: async () => ({ accessKeyId: 'none', secretAccessKey: 'none' }),
};

/** Stands in for a receiver: takes all, and counts it. Nothing leaves the process. */
export class CountingReceiver {
  readonly output: AnyOutput;
  #taken: Taken[] = [];

  /**
   * @param now milliseconds since the epoch
   * @param outputs of the configuration: the first one for this destination has the settings of what is sent
   */
  constructor(
    destination: Destination,
    now: () => number,
    outputs: readonly OutputConfig[] | undefined = [],
  ) {
    this.output = this.#outputFor(destination, now, outputs);
  }

  /** What it got since the last call. */
  take(): Received {
    const taken = this.#taken;
    this.#taken = [];
    const counts: Counts = { data: 0, otlpBytes: 0, metrics: new Map() };
    for (const each of taken) each.count(counts);
    const sentBytes = taken.reduce((sum, each) => sum + each.sentBytes, 0);
    return { requests: taken.length, sentBytes, ...counts, metrics: [...counts.metrics.values()] };
  }

  #outputFor(
    destination: Destination,
    now: () => number,
    outputs: readonly OutputConfig[],
  ): AnyOutput {
    const name = destination;
    const runtime: Runtime = { ...systemRuntime, now, fetch: this.#fetch(destination) };
    switch (destination) {
      case 'logs':
        return cloudWatchLogsOutput({ client: this.#logs(), name });
      case 'metrics':
        return cloudWatchMetricsOutput(
          { name, url: 'https://metrics.invalid', sigv4: SIGV4 },
          runtime,
        );
      case 'otlp':
        return otlpOutput(
          {
            // As CloudWatch's endpoint gets it by default.
            attributes: outputs.find(isOtlp)?.attributes ?? 'lean',
            name,
            url: 'https://otlp.invalid/v1/metrics',
            sigv4: SIGV4,
          },
          runtime,
        );
      case 'workspace':
        return remoteWriteOutput(
          {
            ...outputs.find(isRemoteWrite),
            headers: [],
            name,
            url: 'https://workspace.invalid/',
            sigv4: SIGV4,
          },
          runtime,
        );
    }
  }

  #logs(): LogsSender {
    const send = async (command: unknown) => {
      if (command instanceof PutBatchCommand) {
        const { body } = command;
        this.#taken.push({
          sentBytes: body.length,
          count: (counts) => {
            const { logEvents } = JSON.parse(body.toString());
            for (const { message } of logEvents) countEvent(message, counts);
          },
        });
      }
      return {};
    };
    return { send } as unknown as LogsSender;
  }

  #fetch(destination: Destination): Fetch {
    return async (_, { body }) => {
      const bytes = body as Buffer;
      this.#taken.push({
        sentBytes: bytes.length,
        count: (counts) => {
          if (destination === 'metrics') countData(bytes, counts);
          if (destination === 'otlp') countPoints(bytes, counts);
        },
      });
      return new Response(null, { status: 200 });
    };
  }
}

/** The metrics of an EMF event, as CloudWatch extracts them. */
function countEvent(message: string, { metrics }: Counts): void {
  const event = JSON.parse(message);
  for (const { Namespace, Dimensions, Metrics } of event._aws?.CloudWatchMetrics ?? []) {
    for (const names of Dimensions as string[][]) {
      const dimensions = names.map((name) => [name, event[name] as string] as const);
      for (const { Name } of Metrics)
        add(metrics, { namespace: Namespace, name: Name, dimensions });
    }
  }
}

function countData(body: Buffer, counts: Counts): void {
  const { Namespace, MetricData } = JSON.parse(gunzipSync(body).toString());
  counts.data += MetricData.length;
  for (const { MetricName, Dimensions = [] } of MetricData) {
    const dimensions = Dimensions.map(({ Name, Value }: Dimension) => [Name, Value]);
    add(counts.metrics, { namespace: Namespace, name: MetricName, dimensions });
  }
}

interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

function add(metrics: Counts['metrics'], metric: CountedMetric): void {
  const { namespace, name, dimensions } = metric;
  metrics.set(JSON.stringify([namespace, name, dimensions]), metric);
}

function countPoints(body: Buffer, counts: Counts): void {
  const { points, bytes } = pointsIn(gunzipSync(body));
  counts.data += points;
  counts.otlpBytes += bytes;
}

function isOtlp(output: OutputConfig): output is OtlpConfig {
  return output.type === 'otlp';
}

function isRemoteWrite(output: OutputConfig): output is RemoteWriteConfig {
  return output.type === 'remote_write';
}
