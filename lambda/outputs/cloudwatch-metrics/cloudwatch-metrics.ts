import type { DeliveryOutcome, DeliveryReport } from '../../model/delivery/event.ts';
import type {
  MetricDelivery,
  MetricOutput,
  TargetMetrics,
} from '../../model/delivery/metric-output.ts';
import type { Drops } from '../../model/samples/drops.ts';
import { RESERVED_NAMESPACE } from '../../model/settings/metric.ts';
import { CLOUDWATCH_PERMISSION, CLOUDWATCH_SERVICE } from '../push/cloudwatch.ts';
import { BatchDelivery } from '../push/delivery.ts';
import { PendingSamples } from '../push/pending-samples.ts';
import { addressOf, headersOf, placeOf } from '../push/receiver.ts';
import { type Runtime, systemRuntime } from '../push/runtime.ts';
import type { SenderOptions } from '../push/sender.ts';
import { type CredentialsProvider, Signer } from '../push/sigv4.ts';
import type { DataBatch } from './data-batch.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { OpenData } from './open-data.ts';
import { type Piece, piecesOf } from './piece.ts';
import { Refusals } from './refusal.ts';

/** https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
const HEADERS = {
  'content-encoding': 'gzip',
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData',
};

/** The weight of open data at which they are sent: some 10 MB, the metrics of some thousand tasks. */
const MAX_OPEN_WEIGHT = 100_000;

export interface CloudWatchMetricsOptions {
  /** Name of the output in reports. */
  readonly name: string;
  /** URL of the API. */
  readonly url: string;
  readonly sigv4: { readonly region: string; readonly credentials: CredentialsProvider };
}

/**
 * Delivers metrics with PutMetricData: the metrics that EMF events would store, without the events. Its reports count
 * the values of one target for one metric under one set of dimensions. Delivery is at least once: a request without an
 * answer is repeated.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export function cloudWatchMetricsOutput(
  { name, url, sigv4 }: CloudWatchMetricsOptions,
  runtime: Runtime = systemRuntime,
): MetricOutput {
  const address = addressOf(url);
  const purpose = {
    what: `PutMetricData at ${placeOf(address)}`,
    permission: CLOUDWATCH_PERMISSION,
    region: sigv4.region,
  };
  const sending: SenderOptions = {
    ...purpose,
    url: address,
    headers: headersOf(HEADERS, []),
    // Requests have this size before compression, so compressed ones are smaller.
    maxBodyBytes: MAX_REQUEST_BYTES,
    verdict: () => ({ rejected: 0, message: '' }),
    runtime,
    signer: new Signer({ service: CLOUDWATCH_SERVICE, now: runtime.now, ...sigv4 }),
  };
  return {
    takes: 'metrics',
    name,
    open: (signal, patienceMs) => {
      const refusals = new Refusals(purpose);
      const refusal: SenderOptions['refusal'] = (answer, batch) =>
        refusals.of(answer, batch as DataBatch);
      return new DataDelivery(new BatchDelivery(name, { ...sending, refusal }, signal, patienceMs));
    },
  };
}

class DataDelivery implements MetricDelivery {
  readonly #batches: BatchDelivery;
  readonly #open = new OpenData();

  constructor(batches: BatchDelivery) {
    this.#batches = batches;
  }

  prepare(metrics: TargetMetrics, drops: Drops): () => Promise<DeliveryOutcome> {
    const pieces = piecesOf(metrics, drops);
    return () => this.#write(pieces);
  }

  ready(): Promise<void> {
    return this.#batches.ready();
  }

  async close(): Promise<DeliveryReport> {
    this.#send();
    return { ...(await this.#batches.finish()), takes: 'metrics' };
  }

  #write(pieces: readonly Piece[]): Promise<DeliveryOutcome> {
    const write = new PendingSamples();
    for (const piece of pieces) {
      if (piece.namespace.startsWith(RESERVED_NAMESPACE)) this.#refuse(piece, write);
      else this.#open.add(piece, write);
    }
    write.seal();
    if (this.#open.weight >= MAX_OPEN_WEIGHT) this.#send();
    return write.outcome;
  }

  #send(): void {
    for (const batch of this.#open.takeAll()) this.#batches.push(batch);
  }

  /** Rejects a piece that would fail its whole request. */
  #refuse({ namespace }: Piece, write: PendingSamples): void {
    const text = `CloudWatch would refuse the namespace ${namespace}: those that begin with ${RESERVED_NAMESPACE} belong to AWS`;
    this.#batches.reject(write, 1, { reason: 'refused', text });
  }
}
