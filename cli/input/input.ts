import { readFile } from 'node:fs/promises';
import { AWS_REGION } from '../../lambda/config/sources/request.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../lambda/discovery/discover.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { ENV } from '../../lambda/model/settings/names.ts';
import { systemClock } from '../../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../../lambda/scrape/http/exchange.ts';
import { systemScraper } from '../../lambda/wiring/scraper.ts';
import { leftOutLines } from '../describe/left-out.ts';
import { scrapePages } from '../explain/live.ts';
import { type Page, readPage } from '../explain/page.ts';
import { configurationOf } from '../recording/configuration.ts';
import { recordedNotes } from '../recording/describe.ts';
import { readRecording } from '../recording/file.ts';
import { recordedPages } from '../recording/pages.ts';
import { MISUSE } from '../terminal/exit-code.ts';
import { withProgress } from '../terminal/progress.ts';
import { configOf } from './configuration.ts';

const TEXT = 'text/plain; version=0.0.4';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

/** Where a command finds its configuration and its pages. */
export interface InputOptions {
  readonly config?: string;
  readonly prometheusConfig?: string;
  readonly cluster?: string;
  readonly region?: string;
  readonly endpointUrl?: string;
  readonly exposition?: string;
  readonly recording?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly job?: string;
}

/** The configuration and the pages to explain: recorded, saved, or scraped now. */
export async function inputOf(options: InputOptions, signal: AbortSignal) {
  const { recording: path, exposition } = options;
  const given = options.config ?? options.prometheusConfig;
  const recording = path === undefined ? undefined : await readable(readRecording(path));
  const config =
    recording !== undefined && given === undefined
      ? await readable(configurationOf(recording))
      : (await configOf(options, { [ENV.cluster]: options.cluster, [AWS_REGION]: options.region }))
          .config;
  if (recording !== undefined) {
    const pages = await readable((async () => recordedPages(config, recording))());
    return { config, pages, notes: recordedNotes(recording) };
  }
  if (exposition === undefined) return { config, ...(await live(config, options, signal)) };
  return { config, pages: [await saved(config, exposition, options)], notes: [] };
}

/** A value of a file, or the process's end with the reason why it has none. */
export async function readable<T>(value: T | Promise<T>): Promise<T> {
  try {
    return await value;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(MISUSE);
  }
}

/** What the targets answer now, and what discovery leaves out. */
async function live(
  config: Config,
  { region, endpointUrl: endpoint }: { region?: string; endpointUrl?: string },
  signal: AbortSignal,
) {
  const clientsOf = awsClients({ region, endpoint }, loadEc2);
  const discovery = createDiscovery({
    config,
    clientsOf,
    fetch: fetchExposition,
    clock: systemClock,
  });
  const scraper = systemScraper(process.env);
  const scraping = scrapePages(discovery, scraper, signal);
  const { pages, discovered } = await withProgress('scraping the targets', scraping);
  const { targets, leftOut, idle, errors } = discovered;
  const notes = [
    ...(targets.length === 0 ? ['there is no target'] : []),
    ...leftOut.flatMap(leftOutLines),
    ...idle.map((part) => `finds nothing: ${part}`),
    ...errors.map(({ message }) => `discovery: ${message}`),
  ];
  return { pages, notes };
}

/** A page from a file, or the process's end with the reason why it cannot be read. */
async function saved(
  config: Config,
  path: string,
  { labels, job }: { labels: Readonly<Record<string, string>>; job?: string },
): Promise<Page> {
  try {
    const body = await readFile(path);
    // Only OpenMetrics ends so.
    const contentType = /# EOF\n?$/.test(body.subarray(-8).toString()) ? OPEN_METRICS : TEXT;
    return readPage(config, { body, contentType, labels, job });
  } catch (error) {
    process.stderr.write(`--exposition ${path}: ${(error as Error).message}\n`);
    process.exit(MISUSE);
  }
}
