import type { DeliveryOutcome, DeliveryReport } from '../../model/delivery/event.ts';
import type {
  SampleDelivery,
  SampleOutput,
  TargetSamples,
} from '../../model/delivery/sample-output.ts';
import type { Drops } from '../../model/samples/drops.ts';
import type { ResourceAttributes } from '../../model/settings/output.ts';
import type { Secret } from '../../model/settings/secret.ts';
import { CLOUDWATCH_PERMISSION, CLOUDWATCH_SERVICE, cloudWatchOrigin } from '../push/cloudwatch.ts';
import { BatchDelivery } from '../push/delivery.ts';
import type { Answer } from '../push/exchange.ts';
import { PendingSamples } from '../push/pending-samples.ts';
import { addressOf, headersOf, placeOf } from '../push/receiver.ts';
import { type Runtime, systemRuntime } from '../push/runtime.ts';
import type { SenderOptions, Verdict } from '../push/sender.ts';
import { type CredentialsProvider, Signer } from '../push/sigv4.ts';
import { type ReadField, readFields, textIn } from '../wire/protobuf-reader.ts';
import { SeriesTable } from './known-series.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { RequestWriter } from './request-writer.ts';

/** https://opentelemetry.io/docs/specs/otlp/#otlphttp */
const HEADERS = { 'content-encoding': 'gzip', 'content-type': 'application/x-protobuf' };

/** Fields of `ExportMetricsServiceResponse` and `ExportMetricsPartialSuccess`. */
const PARTIAL_SUCCESS = 1;
const REJECTED_POINTS = 1;
const ERROR_MESSAGE = 2;

export interface OtlpOptions {
  /** Name of the output in reports. */
  readonly name: string;
  /** URL with its path, such as `https://collector.example.com:4318/v1/metrics`. */
  readonly url: string;
  readonly headers?: readonly { readonly name: string; readonly value: Secret }[];
  /** Of the resources. @default all */
  readonly attributes?: ResourceAttributes;
  /** Present for CloudWatch. Absent: requests are not signed. */
  readonly sigv4?: { readonly region: string; readonly credentials: CredentialsProvider };
}

/** CloudWatch's OTLP endpoint for metrics in a Region. */
export function cloudWatchUrl(region: string): string {
  return `${cloudWatchOrigin(region)}/v1/metrics`;
}

/**
 * Delivers samples by OTLP over HTTP, in protobuf: counters as cumulative sums, histograms with their buckets,
 * summaries with their quantiles. Its reports count data points; a histogram is one.
 * https://opentelemetry.io/docs/specs/otlp/
 */
export function otlpOutput(
  { name, url, headers = [], attributes = 'all', sigv4 }: OtlpOptions,
  runtime: Runtime = systemRuntime,
): SampleOutput {
  const address = addressOf(url);
  const what = `OTLP export to ${placeOf(address)}`;
  const sending: SenderOptions = {
    url: address,
    what,
    headers: headersOf(HEADERS, headers),
    maxBodyBytes: MAX_REQUEST_BYTES,
    verdict: (answer) => verdictOf(answer, what),
    runtime,
    ...(sigv4 && {
      signer: new Signer({ service: CLOUDWATCH_SERVICE, now: runtime.now, ...sigv4 }),
      permission: CLOUDWATCH_PERMISSION,
      region: sigv4.region,
    }),
  };
  const known = new SeriesTable();
  return {
    takes: 'samples',
    name,
    open: (signal, patienceMs) => {
      known.renew();
      return new OtlpDelivery(name, sending, { known, attributes }, signal, patienceMs);
    },
  };
}

class OtlpDelivery implements SampleDelivery {
  readonly #batches: BatchDelivery;
  readonly #requests: RequestWriter;
  readonly #now: () => number;

  constructor(
    name: string,
    sending: SenderOptions,
    { known, attributes }: { known: SeriesTable; attributes: ResourceAttributes },
    signal: AbortSignal,
    patienceMs: number | undefined,
  ) {
    this.#batches = new BatchDelivery(name, sending, signal, patienceMs);
    this.#requests = new RequestWriter(known, (batch) => this.#batches.push(batch), attributes);
    this.#now = sending.runtime.now;
  }

  /** OTLP has no marker for series that ended: receivers go by the time of the last point. */
  discovered(): void {}

  write(scraped: TargetSamples, drops: Drops): Promise<DeliveryOutcome> {
    const write = new PendingSamples();
    this.#requests.write(scraped, this.#now(), write, drops);
    write.seal();
    return write.outcome;
  }

  ready(): Promise<void> {
    return this.#batches.ready();
  }

  close(): Promise<DeliveryReport> {
    const rest = this.#requests.take();
    if (rest !== undefined) this.#batches.push(rest);
    return this.#batches.finish();
  }
}

/** A good answer may still reject some of the points: https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
function verdictOf({ body, contentType }: Answer, what: string): Verdict {
  if (!contentType.includes('protobuf')) return { rejected: 0, message: '' };
  const partial = messageIn(fieldsIn(body), PARTIAL_SUCCESS);
  const rejected = partial.findLast(({ field }) => field === REJECTED_POINTS)?.value;
  const count = typeof rejected === 'number' ? rejected : 0;
  const said = textIn(partial, ERROR_MESSAGE) ?? '';
  if (count > 0)
    return {
      rejected: count,
      message: `${what} reached a receiver that rejected points. ${said}`.trim(),
    };
  return { rejected: 0, message: said && `${what} has a warning. ${said}` };
}

function messageIn(fields: readonly ReadField[], number: number): readonly ReadField[] {
  const value = fields.findLast(({ field }) => field === number)?.value;
  return value instanceof Uint8Array ? fieldsIn(value) : [];
}

/** Empty for bytes that are not a message, because the status alone says that the request was accepted. */
function fieldsIn(bytes: Uint8Array): readonly ReadField[] {
  try {
    return readFields(bytes);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}
