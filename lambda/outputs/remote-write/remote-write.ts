import type { DeliveryOutcome, DeliveryReport } from '../../model/delivery/event.ts';
import type {
  SampleDelivery,
  SampleOutput,
  TargetSamples,
} from '../../model/delivery/sample-output.ts';
import type { Drops } from '../../model/samples/drops.ts';
import type { RelabelRule } from '../../model/samples/relabel.ts';
import { type Labels, labelsOf } from '../../model/samples/sample.ts';
import type { MetadataConfig, ProtobufMessage } from '../../model/settings/output.ts';
import type { Secret } from '../../model/settings/secret.ts';
import type { Batch } from '../push/batch.ts';
import { BatchDelivery } from '../push/delivery.ts';
import type { Purpose } from '../push/failure.ts';
import { PendingSamples } from '../push/pending-samples.ts';
import { addressOf, headersOf, placeOf } from '../push/receiver.ts';
import { type Runtime, systemRuntime } from '../push/runtime.ts';
import type { SenderOptions } from '../push/sender.ts';
import { type CredentialsProvider, Signer } from '../push/sigv4.ts';
import { LabelTable } from './encoding/label-table.ts';
import { LastSeries, type Vanished } from './encoding/last-series.ts';
import { TimedSeries } from './encoding/timed-series.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { RequestWriter } from './request-writer.ts';
import { FamilyMetadata } from './v1/family-metadata.ts';
import { SeriesWriterV1 } from './v1/series-writer.ts';
import { VersionMemory } from './v2/formats.ts';
import { SeriesWriterV2 } from './v2/series-writer.ts';
import { refusalOf, verdictOf } from './v2/written.ts';

/** Headers of both versions. */
const HEADERS = { 'content-encoding': 'snappy' };

/** Amazon Managed Service for Prometheus, in signatures and policies. */
const SERVICE = 'aps';
const PERMISSION = 'aps:RemoteWrite';

export interface RemoteWriteOptions {
  /** Name of the output in reports. */
  readonly name: string;
  /** http or https. */
  readonly url: string;
  /** Headers beside those of the protocol. */
  readonly headers?: readonly { readonly name: string; readonly value: Secret }[];
  /** Absent: requests are not signed. The credentials may be those of a role in the workspace's account. */
  readonly sigv4?: { readonly region: string; readonly credentials: CredentialsProvider };
  /** Labels to add to series that lack them. */
  readonly externalLabels?: Labels;
  /** `write_relabel_configs`: applies to all labels of a series, including `__name__`. */
  readonly relabeling?: readonly RelabelRule[];
  /** The message for a receiver that accepts it. @default `prometheus.WriteRequest` */
  readonly protobufMessage?: ProtobufMessage;
  /** @default false */
  readonly sendExemplars?: boolean;
  /** Settings of the metadata beside samples of 1.0. Absent: none is sent. */
  readonly metadata?: MetadataConfig | undefined;
}

/**
 * Delivers samples by Prometheus remote write, 2.0 or 1.0. A receiver that does not accept 2.0 gets 1.0. Series and
 * targets that end get a staleness marker, as in Prometheus. One instance lives as long as its process: it remembers
 * the last series, and the version that its receiver accepts.
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/, https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export function remoteWriteOutput(
  {
    name,
    url,
    headers = [],
    sigv4,
    externalLabels = labelsOf(),
    relabeling = [],
    protobufMessage = 'prometheus.WriteRequest',
    sendExemplars = false,
    metadata: metadataConfig,
  }: RemoteWriteOptions,
  runtime: Runtime = systemRuntime,
): SampleOutput {
  const address = addressOf(url);
  const purpose: Purpose = {
    what: `Remote write to ${placeOf(address)}`,
    ...(sigv4 && { permission: PERMISSION, region: sigv4.region }),
  };
  const mayBeVersion2 = protobufMessage !== 'prometheus.WriteRequest';
  const versions = new VersionMemory(mayBeVersion2);
  const sending: SenderOptions = {
    ...purpose,
    url: address,
    headers: headersOf(HEADERS, headers),
    maxBodyBytes: MAX_BODY_BYTES,
    verdict: (answer, batch) => verdictOf(answer, batch, purpose),
    refusal: (answer, batch) => refusalOf(answer, batch, purpose),
    formats: versions,
    runtime,
    ...(sigv4 && { signer: new Signer({ service: SERVICE, now: runtime.now, ...sigv4 }) }),
  };
  const rules = { external: externalLabels, relabeling };
  const table = new LabelTable();
  const last = new LastSeries();
  const timed = new TimedSeries();
  const metadata = metadataConfig && new FamilyMetadata(metadataConfig);
  return {
    takes: 'samples',
    name,
    needs: { texts: mayBeVersion2 || metadata !== undefined, exemplars: sendExemplars },
    open: (signal, patienceMs) => {
      table.renew();
      if (!versions.isVersion2) metadata?.renew(runtime.now());
      const requestsFor = (onFull: (batch: Batch) => void) => {
        const series = versions.isVersion2 ? new SeriesWriterV2() : new SeriesWriterV1();
        return new RequestWriter(rules, table, onFull, { series, sendExemplars });
      };
      return new RemoteWriteDelivery(
        name,
        sending,
        requestsFor,
        { last, timed, metadata: versions.isVersion2 ? undefined : metadata },
        signal,
        patienceMs,
      );
    },
  };
}

/** The memory that outlives the cycles. */
interface Remembered {
  readonly last: LastSeries;
  readonly timed: TimedSeries;
  /** Absent if no metadata is sent beside the samples. */
  readonly metadata: FamilyMetadata | undefined;
}

class RemoteWriteDelivery implements SampleDelivery {
  readonly #batches: BatchDelivery;
  readonly #requests: RequestWriter;
  readonly #last: LastSeries;
  readonly #timed: TimedSeries;
  readonly #metadata: FamilyMetadata | undefined;
  readonly #now: () => number;
  /** Staleness markers on their way. */
  readonly #markers: Promise<void>[] = [];

  constructor(
    name: string,
    sending: SenderOptions,
    requestsFor: (onFull: (batch: Batch) => void) => RequestWriter,
    { last, timed, metadata }: Remembered,
    signal: AbortSignal,
    patienceMs: number | undefined,
  ) {
    this.#batches = new BatchDelivery(name, sending, signal, patienceMs);
    this.#requests = requestsFor((batch) => this.#batches.push(batch));
    this.#last = last;
    this.#timed = timed;
    this.#metadata = metadata;
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
      this.#metadata?.add(scraped);
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
    for (const batch of this.#metadata?.take() ?? []) this.#batches.push(batch);
    const report = await this.#batches.finish();
    await Promise.all(this.#markers);
    return report;
  }

  /** @param scraped the current samples; absent if the target is gone */
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
