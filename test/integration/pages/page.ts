import { AnswerDecoder } from '../../../lambda/decode/answer.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import { DEFAULT_PROTOCOLS } from '../../../lambda/model/settings/scrape-protocol.ts';
import { joinLabels } from '../../../lambda/model/targets/join-labels.ts';

export const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
export const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** What a target answers. */
export interface Page {
  readonly contentType: string;
  readonly body: Buffer;
}

/** What somebody read on a page: each sample as one text, sorted; undefined where the page was refused. */
export type ReadPage = readonly string[] | undefined;

/** The job and the instance of all targets, which take the place of labels that a page has of these names. */
export const TARGET = {
  labels: labelsOf({ job: 'pages', instance: 'target' }),
  honorLabels: false,
} as const;

/**
 * What the collector reads, with the labels of the target; of a series that comes twice, the first.
 *
 * @param normalizeBounds whether `le` and `quantile` are to be as Prometheus 3 has them
 */
export function decodedPage({ contentType, body }: Page, normalizeBounds: boolean): ReadPage {
  const decoder = new AnswerDecoder();
  const target = { job: 'pages', protocols: DEFAULT_PROTOCOLS };
  try {
    const { samples } = decoder.decode(target, { body, contentType }, { normalizeBounds });
    return normalized(
      samples.map(({ series: { name, labels }, value }) => ({
        name,
        labels: joinLabels(labels, TARGET),
        value: String(value),
      })),
    );
  } catch {
    return undefined;
  }
}

/** The series of a scrape itself, which a server adds to those of a page. */
export const OWN_SERIES =
  /^(?:up|scrape_(?:duration_seconds|samples_scraped|samples_post_metric_relabeling|series_added|timeout_seconds|sample_limit|body_size_bytes))$/;

/** Samples as texts, each series once, without those of the scrape itself. */
export function normalized(
  samples: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: string;
  }[],
): readonly string[] {
  const bySeries = new Map<string, string>();
  for (const { name, labels, value } of samples) {
    if (OWN_SERIES.test(name)) continue;
    const entries = Object.entries(labels)
      .filter(([key, text]) => text !== '' && key !== 'job' && key !== 'instance')
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const series = JSON.stringify([name, entries]);
    if (!bySeries.has(series)) bySeries.set(series, `${series} ${plainNumber(value)}`);
  }
  return [...bySeries.values()].sort();
}

function plainNumber(text: string): string {
  const number = Number(text.replace(/^([+-]?)inf(?:inity)?$/i, '$1Infinity'));
  return text.trim() === '' || Number.isNaN(number) ? text : String(number);
}
