import type { Drops } from '../../model/drops.ts';
import type { DeliveryOutcome, DeliveryReport } from '../../model/event.ts';
import type { RelabelRule } from '../../model/relabel.ts';
import { type Labels, labelsOf } from '../../model/sample.ts';
import type { SampleDelivery, SampleOutput, TargetSamples } from '../../model/sample-output.ts';
import type { Secret } from '../../model/secret.ts';
import type { Batch } from '../push/batch.ts';
import { BatchDelivery } from '../push/delivery.ts';
import { PendingSamples } from '../push/pending-samples.ts';
import { addressOf, headersOf, placeOf } from '../push/receiver.ts';
import { type Runtime, systemRuntime } from '../push/runtime.ts';
import type { SenderOptions } from '../push/sender.ts';
import { type CredentialsProvider, Signer } from '../push/sigv4.ts';
import { LabelTable } from './label-table.ts';
import { LastSeries, type Vanished } from './last-series.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { RequestWriter } from './request-writer.ts';
import { TimedSeries } from './timed-series.ts';

/** https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol */
const HEADERS = {
  'content-encoding': 'snappy',
  'content-type': 'application/x-protobuf',
  'x-prometheus-remote-write-version': '0.1.0',
};

/** Amazon Managed Service for Prometheus, in signatures and policies. */
const SERVICE = 'aps';
const PERMISSION = 'aps:RemoteWrite';

export interface RemoteWriteOptions {
  /** Of the output, in reports. */
  readonly name: string;
  /** http or https. */
  readonly url: string;
  /** Sent beside the protocol's own. */
  readonly headers?: readonly { readonly name: string; readonly value: Secret }[];
  /** Absent: requests are not signed. The credentials may be those of a role in the workspace's account. */
  readonly sigv4?: { readonly region: string; readonly credentials: CredentialsProvider };
  /** Added to the series that have no label of that name. */
  readonly externalLabels?: Labels;
  /** `write_relabel_configs`: applied to all labels of a series, its name as `__name__` among them. */
  readonly relabeling?: readonly RelabelRule[];
}

/**
 * Delivers samples by Prometheus remote write 1.0. Series and targets that went away get a staleness marker, as Prometheus
 * gives them. One instance lives as long as its process: it remembers which series there were.
 * https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export function remoteWriteOutput(
  {
    name,
    url,
    headers = [],
    sigv4,
    externalLabels = labelsOf(),
    relabeling = [],
  }: RemoteWriteOptions,
  runtime: Runtime = systemRuntime,
): SampleOutput {
  const address = addressOf(url);
  const sending: SenderOptions = {
    url: address,
    what: `Remote write to ${placeOf(address)}`,
    headers: headersOf(HEADERS, headers),
    maxBodyBytes: MAX_BODY_BYTES,
    // An answer has nothing more to say.
    verdict: () => ({ rejected: 0, message: '' }),
    runtime,
    ...(sigv4 && {
      signer: new Signer({ service: SERVICE, now: runtime.now, ...sigv4 }),
      permission: PERMISSION,
      region: sigv4.region,
    }),
  };
  const rules = { external: externalLabels, relabeling };
  const table = new LabelTable();
  const last = new LastSeries();
  const timed = new TimedSeries();
  return {
    takes: 'samples',
    name,
    open: (signal, patienceMs) => {
      table.renew();
      const requestsFor = (onFull: (batch: Batch) => void) =>
        new RequestWriter(rules, table, onFull);
      return new RemoteWriteDelivery(
        name,
        sending,
        requestsFor,
        { last, timed },
        signal,
        patienceMs,
      );
    },
  };
}

class RemoteWriteDelivery implements SampleDelivery {
  readonly #batches: BatchDelivery;
  readonly #requests: RequestWriter;
  readonly #last: LastSeries;
  readonly #timed: TimedSeries;
  readonly #now: () => number;
  /** Staleness markers on their way. */
  readonly #markers: Promise<void>[] = [];

  constructor(
    name: string,
    sending: SenderOptions,
    requestsFor: (onFull: (batch: Batch) => void) => RequestWriter,
    { last, timed }: { readonly last: LastSeries; readonly timed: TimedSeries },
    signal: AbortSignal,
    patienceMs: number | undefined,
  ) {
    this.#batches = new BatchDelivery(name, sending, signal, patienceMs);
    this.#requests = requestsFor((batch) => this.#batches.push(batch));
    this.#last = last;
    this.#timed = timed;
    this.#now = sending.runtime.now;
  }

  discovered(targetIds: ReadonlySet<string>): void {
    for (const known of [this.#last, this.#timed]) {
      for (const vanished of known.retain(targetIds)) this.#mark(vanished, known);
    }
  }

  write(scraped: TargetSamples, drops: Drops): Promise<DeliveryOutcome> {
    const write = new PendingSamples();
    if (scraped.samples.length > 0) {
      const { target } = scraped;
      const before = this.#last.of(target);
      const known = this.#requests.write(scraped, before, write, drops);
      this.#mark(this.#last.replace(target, known), this.#last, scraped);
      this.#mark(this.#timed.replace(scraped), this.#timed, scraped);
    }
    write.seal();
    return write.outcome;
  }

  ready(): Promise<void> {
    return this.#batches.ready();
  }

  async close(): Promise<DeliveryReport> {
    const rest = this.#requests.take();
    if (rest !== undefined) this.#batches.push(rest);
    const report = await this.#batches.finish();
    await Promise.all(this.#markers);
    return report;
  }

  /** @param scraped what there is instead; absent: the target is gone */
  #mark(
    vanished: Vanished | undefined,
    known: LastSeries | TimedSeries,
    scraped?: TargetSamples,
  ): void {
    if (vanished === undefined) return;
    const write = new PendingSamples();
    const timestamp = scraped?.startedAt ?? this.#now();
    const series = this.#requests.writeStale(vanished, timestamp, write, scraped);
    write.seal();
    const marked = write.outcome.then(({ rejected }) => {
      if (rejected.size > 0) known.restore({ ...vanished, series });
    });
    this.#markers.push(marked);
  }
}
