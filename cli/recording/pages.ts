import { targetOf } from '../../lambda/discovery/job-target.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { ownSamples } from '../../lambda/scrape/own-series.ts';
import { distinct } from '../explain/distinct.ts';
import { type Decode, jobFor, type Page, pageOf } from '../explain/page.ts';
import type { RecordedTarget, Recording } from './format.ts';

/** Of a target whose answer has none, as that of old exporters. */
const TEXT = 'text/plain; version=0.0.4';

/**
 * The pages of a recording, as a scrape would give them.
 *
 * @throws Error if the configuration has no job of a target's name
 */
export function recordedPages(
  config: Pick<Config, 'jobs'>,
  { targets }: Pick<Recording, 'targets'>,
): readonly Page[] {
  return targets.map((target) => recordedPage(config, target));
}

/**
 * One of them.
 *
 * @param decode may remember the samples of earlier calls. @default reads the body
 * @throws Error as `recordedPages` does
 */
export function recordedPage(
  config: Pick<Config, 'jobs'>,
  recorded: RecordedTarget,
  decode?: Decode,
): Page {
  const { url, job: name, entry, scrapedAt, durationMs, page: text, down } = recorded;
  const labels = labelsOf(recorded.labels);
  const job = jobFor(config.jobs, { job: entry ?? name, labels });
  const { timeoutMs } = job;
  const target = targetOf(job, { id: `${name} ${url}`, job: name, url, labels, timeoutMs });
  const read =
    text === undefined
      ? { target, samples: [], dropped: [] }
      : pageOf(
          target,
          { body: Buffer.from(text), contentType: recorded.contentType ?? TEXT },
          decode,
        );
  const failure = down && { reason: down.reason, message: down.text };
  return withOwn({ ...read, failure: read.failure ?? failure, scrapedAt, durationMs });
}

/** A page with the series about its scrape. */
function withOwn(page: Page): Page {
  const { samples, dropped, failure, durationMs = 0, target } = page;
  // The end of the cycle says nothing about the target.
  if (failure?.reason === 'deadline') return page;
  const up = failure === undefined;
  const remaining = up ? samples.length : 0;
  const own = ownSamples({
    up,
    durationMs,
    scraped: up ? remaining + dropped.length : 0,
    remaining,
  });
  const timed = target.honorTimestamps
    ? samples
    : samples.map((sample) => ({ ...sample, timestamp: undefined }));
  return { ...page, samples: distinct(up ? [...timed, ...own] : own) };
}
