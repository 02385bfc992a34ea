import { type DropReason, Drops } from '../../lambda/model/samples/drops.ts';
import type { Labels, Series } from '../../lambda/model/samples/sample.ts';
import type {
  OtlpConfig,
  OutputConfig,
  RemoteWriteConfig,
} from '../../lambda/model/settings/output.ts';
import type { Kind } from '../../lambda/outputs/otlp/kind.ts';
import { type KnownSeries, SeriesTable } from '../../lambda/outputs/otlp/known-series.ts';
import { ownLabels } from '../../lambda/outputs/otlp/own-labels.ts';
import { RequestWriter as OtlpRequestWriter } from '../../lambda/outputs/otlp/request-writer.ts';
import { attributesOf } from '../../lambda/outputs/otlp/resource.ts';
import { PendingSamples } from '../../lambda/outputs/push/pending-samples.ts';
import { LabelTable } from '../../lambda/outputs/remote-write/encoding/label-table.ts';
import { NO_SERIES } from '../../lambda/outputs/remote-write/encoding/scraped-series.ts';
import { sentLabels } from '../../lambda/outputs/remote-write/encoding/sent-labels.ts';
import { RequestWriter } from '../../lambda/outputs/remote-write/request-writer.ts';
import { DROP_TEXTS } from '../../lambda/report/drop-texts.ts';
import { keyOf } from './distinct.ts';
import type { Page } from './page.ts';

/** What an output gets of one sample. */
export type Received = {
  /** Name of the output. */
  readonly output: string;
  /** Why it does not get this sample. Absent: it does. */
  readonly dropped?: { readonly reason: DropReason; readonly text: string } | undefined;
} & (
  | {
      /** A log event in the Embedded Metric Format, an event without a metric, or a datum of PutMetricData. */
      readonly gets: 'emf_event' | 'plain_event' | 'datum';
    }
  | {
      readonly gets: 'series';
      /** With the name; as they are sent. */
      readonly labels: Labels;
    }
  | {
      readonly gets: 'point';
      readonly metric: string;
      readonly kind: Kind;
      readonly attributes: Labels;
      /** Attributes of its resource. */
      readonly resource: Labels;
    }
);

/** The reasons whose cause is another one here than with the rules. */
const OWN_TEXTS: Readonly<Partial<Record<DropReason, string>>> = {
  relabeled: 'write_relabel_configs of the output drop it',
  timestamp:
    'the receiver accepts no such time: correct the clock of the target, or set honor_timestamps: false',
  not_finite: 'its value is NaN or infinite, which OTLP has no point for',
  too_large: 'it has more attributes, or longer ones, than the receiver accepts: remove labels',
};

/** What each receiver of samples would get of a page, by the code that writes the requests. */
export function receiversOf(
  outputs: readonly OutputConfig[] | undefined,
  page: Page,
): (series: Series) => readonly Received[] {
  const receivers = (outputs ?? []).flatMap((output) => {
    if (output.type === 'remote_write') return [remoteWrite(output, page)];
    return output.type === 'otlp' ? [otlp(output, page)] : [];
  });
  return (series) => receivers.map((received) => received(series));
}

function remoteWrite(
  { name: output, externalLabels, relabeling }: RemoteWriteConfig,
  { target, samples, scrapedAt: startedAt = Date.now() }: Page,
): (series: Series) => Received {
  const rules = { external: externalLabels, relabeling };
  const table = new LabelTable();
  table.renew();
  const { drops, reasonOf } = reasons();
  const writer = new RequestWriter(rules, table, () => undefined);
  writer.write({ target, startedAt, samples }, NO_SERIES, new PendingSamples(), drops);
  return (series) => {
    const labels = sentLabels(series, target, rules);
    const known = typeof labels === 'string' ? {} : labels;
    return { output, gets: 'series', labels: known, dropped: reasonOf(series) };
  };
}

function otlp(
  { name: output, attributes: chosen }: OtlpConfig,
  { target, samples, scrapedAt: startedAt = Date.now() }: Page,
): (series: Series) => Received {
  const table = new SeriesTable();
  table.renew();
  const { drops, reasonOf } = reasons();
  const writer = new OtlpRequestWriter(table, () => undefined, chosen);
  writer.write({ target, startedAt, samples }, startedAt, new PendingSamples(), drops);
  const resource = Object.fromEntries(attributesOf(target.labels, chosen));
  return (series) => {
    const known: KnownSeries = table.of(series);
    const attributes = Object.entries(ownLabels(series, target)).filter(
      ([name, value]) => value !== '' && name !== known.part?.exclude,
    );
    return {
      output,
      gets: 'point',
      metric: known.metric,
      kind: known.kind,
      attributes: Object.fromEntries(attributes),
      resource,
      dropped: reasonOf(series),
    };
  };
}

/** Collects why samples are dropped. */
function reasons() {
  const byKey = new Map<string, DropReason>();
  const drops = new Drops((reason, series) => byKey.set(keyOf(series), reason));
  const reasonOf = (series: Series) => {
    const reason = byKey.get(keyOf(series));
    return reason && { reason, text: OWN_TEXTS[reason] ?? DROP_TEXTS[reason] };
  };
  return { drops, reasonOf };
}
