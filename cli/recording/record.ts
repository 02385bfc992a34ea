import type { LiveConfig } from '../../lambda/config/live.ts';
import { createDiscovery, type DiscoveryOptions } from '../../lambda/discovery/discover.ts';
import type { Decoder } from '../../lambda/model/targets/decoder.ts';
import type { LeftOut } from '../../lambda/model/targets/left-out.ts';
import { shownUrl } from '../../lambda/model/targets/shown-url.ts';
import { causesOf } from '../../lambda/report/left-out-text.ts';
import type { Scraper } from '../../lambda/scrape/scrape.ts';
import { scrapePages } from '../explain/live.ts';
import type { Page } from '../explain/page.ts';
import { Origins } from '../targets/origins.ts';
import { Answers } from './answers.ts';
import { recordedConfiguration } from './configuration.ts';
import {
  FORMAT,
  MAX_LINE,
  MAX_RECORDING_BYTES,
  type RecordedTarget,
  type Recording,
  VERSION,
} from './format.ts';
import { Secrets } from './secrets.ts';

/** The part of a recording for pages. JSON writes some of their characters as two. */
export const MAX_PAGES_BYTES = MAX_RECORDING_BYTES / 2;

/** The parts that a recording is made with. */
export interface RecordingParts extends Omit<DiscoveryOptions, 'config' | 'onFound'> {
  readonly configuration: Pick<LiveConfig, 'config' | 'request'>;
  /** Makes a scraper. `keeping` goes around its decoder. */
  readonly scraperWith: (keeping: (decoder: Decoder) => Decoder) => Pick<Scraper, 'scrape'>;
  /** Milliseconds from one cycle to the next. Absent: unknown. */
  readonly intervalMs?: number | undefined;
  /** Milliseconds of the history that targets with one give, such as sidecars. Absent: their latest values. */
  readonly historyMs?: number | undefined;
}

/** Discovers the targets and scrapes each once. Never rejects: what fails is a part of the result. */
export async function record(
  { configuration, scraperWith, intervalMs, historyMs, ...parts }: RecordingParts,
  signal: AbortSignal,
): Promise<Recording> {
  const { config, request } = configuration;
  const now = parts.clock.now();
  const recordedAt = new Date(now).toISOString();
  const since = historyMs === undefined ? undefined : now - historyMs;
  const secrets = new Secrets();
  secrets.addAll(config);
  const { text, omitted } = await recordedConfiguration(request, secrets);
  const origins = new Origins();
  const answers = new Answers(MAX_PAGES_BYTES);
  const discovery = createDiscovery({ ...parts, config, onFound: origins.onFound });
  const scraper = scraperWith((decoder) => answers.keeping(decoder));
  const { pages, discovered } = await scrapePages(discovery, scraper, signal, since);
  const targets = pages.map((page) => {
    const answer = answers.of(page.target);
    return safely({ ...recorded(page, origins), ...answer }, secrets);
  });
  const tooLarge = targets.filter(
    ({ contentType, page }) => contentType !== undefined && page === undefined,
  );
  return {
    format: FORMAT,
    version: VERSION,
    recordedAt,
    interval: intervalMs && intervalMs / 1_000,
    configuration: secrets.hide(text),
    targets,
    leftOut: [
      ...discovered.leftOut.flatMap(leftOutOf),
      ...discovered.idle.map((what) => ({ what, reason: 'finds nothing' })),
    ].map((each) => ({ ...each, what: line(each.what, secrets) })),
    errors: discovered.errors.map(({ message }) => line(message, secrets)),
    omitted: [
      ...omitted,
      ...tooLarge.map(({ url }) => ({
        what: `the page of ${url}`,
        reason: `the pages of a recording have at most ${MAX_PAGES_BYTES} bytes together`,
      })),
    ],
  };
}

function recorded(
  { target, failure, scrapedAt = 0, durationMs = 0 }: Page,
  origins: Origins,
): RecordedTarget {
  const { entry, labels: discovered } = origins.of(target);
  const { job, labels } = target;
  const down = failure && { reason: failure.reason, text: failure.message };
  return {
    url: shownUrl(target.url, labels),
    job,
    entry,
    labels,
    discovered,
    scrapedAt,
    durationMs,
    down,
  };
}

/** A target without the secrets of the configuration, which an application may repeat. */
function safely(target: RecordedTarget, secrets: Secrets): RecordedTarget {
  const { url, job, entry, labels, discovered, contentType, page, down } = target;
  const hidden = (text: string | undefined) => text && line(text, secrets);
  return {
    ...target,
    url: line(url, secrets),
    job: line(job, secrets),
    entry: hidden(entry),
    labels: secrets.hideIn(labels),
    discovered: secrets.hideIn(discovered),
    contentType: hidden(contentType),
    page: page && secrets.hideInPage(page),
    down: down && { ...down, text: line(down.text, secrets) },
  };
}

function leftOutOf(leftOut: LeftOut): Recording['leftOut'] {
  const { reason, remedy } = leftOut;
  return causesOf(leftOut).map((what) => ({ what, reason, remedy }));
}

/** A text without secrets, in one line that the format allows. */
function line(text: string, secrets: Secrets): string {
  return secrets
    .hide(text)
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, MAX_LINE);
}
