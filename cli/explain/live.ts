import type { Discovery } from '../../lambda/model/targets/discovery.ts';
import { shownUrl } from '../../lambda/model/targets/shown-url.ts';
import type { Scraper } from '../../lambda/scrape/scrape.ts';
import { distinct } from './distinct.ts';
import { failureText } from './failure-texts.ts';
import type { Page } from './page.ts';

/** Scrapes at the same time. */
const CONCURRENCY = 20;

/** The pages of all targets, and what discovery says of the rest. */
export interface LivePages {
  readonly pages: readonly Page[];
  readonly discovered: Awaited<ReturnType<Discovery['discover']>>;
}

/**
 * Discovers the targets and scrapes each once. Never rejects: a failed scrape is a page with its failure.
 *
 * @param since asks targets with a history for all points after this time, in milliseconds since the epoch. Absent: the latest ones
 */
export async function scrapePages(
  discovery: Discovery,
  scraper: Pick<Scraper, 'scrape'>,
  signal: AbortSignal,
  since?: number,
): Promise<LivePages> {
  const discovered = await discovery.discover(signal);
  const waiting = [...discovered.targets.entries()];
  const pages: Page[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, target] = next;
      const { startedAt, durationMs, samples, dropped, failure, release } = await scraper.scrape(
        target,
        signal,
        { since: target.history && since !== undefined ? String(since / 1_000) : undefined },
      );
      const scraped = { scrapedAt: startedAt, durationMs, dropped, failure };
      pages[index] = { target, samples: distinct(samples), ...scraped };
      release?.();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { pages, discovered };
}

/** One line for each target that is down, with what to do. */
export function failuresOf(pages: readonly Page[]): readonly string[] {
  return pages.flatMap(({ target, failure }) => {
    if (failure === undefined) return [];
    const { reason, message } = failure;
    const remedy = failureText(reason);
    const text = `down: ${target.job} ${shownUrl(target.url, target.labels)}: ${reason}: ${message}`;
    return [remedy === undefined ? text : `${text}; remedy: ${remedy}`];
  });
}
