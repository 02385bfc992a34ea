import { readFile, writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { AWS_REGION } from '../lambda/config/sources/request.ts';
import { awsClients } from '../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../lambda/discovery/discover.ts';
import type { Config } from '../lambda/model/settings/config.ts';
import { ENV } from '../lambda/model/settings/names.ts';
import { systemClock } from '../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../lambda/scrape/http/exchange.ts';
import { systemScraper } from '../lambda/wiring/scraper.ts';
import { configOf } from './configuration.ts';
import { leftOutLines } from './describe/left-out.ts';
import { describeFamilies, describeSeries } from './explain/describe.ts';
import { explain, type SeriesExplanation } from './explain/explain.ts';
import { Follower } from './explain/follow.ts';
import { htmlOf } from './explain/html.ts';
import { failuresOf, scrapePages } from './explain/live.ts';
import { type Page, readPage } from './explain/page.ts';
import { receiversOf } from './explain/receivers.ts';
import { type Selects, selectorOf } from './explain/selector.ts';
import { duration } from './options/duration.ts';
import { endpointUrl } from './options/endpoint-url.ts';
import { FAILURE, MISUSE, type Program } from './program.ts';
import { configurationOf } from './recording/configuration.ts';
import { recordedNotes } from './recording/describe.ts';
import { readRecording } from './recording/file.ts';
import { recordedPages } from './recording/pages.ts';
import { print } from './terminal/print.ts';
import { withProgress } from './terminal/progress.ts';

const TEXT = 'text/plain; version=0.0.4';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

/** Adds the command `explain`. */
export function addExplain({ program, stop }: Program): void {
  program
    .command('explain')
    .description('say for each series what it becomes in CloudWatch, and why others become nothing')
    .argument(
      '[selector]',
      'metric name, or RE2 expression for all of it, such as http_.*{code="500"}; without it, a line for each name',
      selector,
    )
    .option('--config <path>', 'native YAML or JSON, or the JSON of the CloudWatch Agent')
    .option(
      '--prometheus-config <path>',
      'the Prometheus file that goes with the JSON of the CloudWatch Agent',
    )
    .option('--exposition <path>', 'a saved page, instead of a scrape of the targets')
    .option(
      '--recording <path>',
      'a file of `fargauge record`, with its configuration unless --config is given',
    )
    .option('--labels <pairs>', 'labels of its target: ServiceName=web,TaskId=1', labelPairs, {})
    .option('--job <name>', 'the entry of scrape_configs that it belongs to')
    .option('--unmatched', 'only series that nothing publishes', false)
    .option('--cluster <name>', 'cluster to discover if the configuration names none')
    .option('--region <region>', 'AWS Region if the configuration names none')
    .option('--endpoint-url <url>', 'one address for all AWS APIs', endpointUrl)
    .option('--timeout <duration>', 'time that it may take', duration, duration('55s'))
    .option('--html <path>', 'write a page for a pull request, in one file')
    .option('--json', 'print one line of JSON', false)
    .action(async (selects: Selects | undefined, { json, html, unmatched, ...options }) => {
      if (options.exposition !== undefined && options.recording !== undefined) {
        program.error('error: --exposition and --recording exclude each other');
      }
      const signal = AbortSignal.any([stop, AbortSignal.timeout(options.timeout)]);
      const { config, pages, notes } = await inputOf(options, signal);
      const follower = new Follower(config);
      const all = pages.flatMap((page) =>
        explain(config, page, follower, receiversOf(config.outputs, page)),
      );
      const chosen = all.filter(
        (series) => (selects?.(series) ?? true) && (!unmatched || series.metrics.length === 0),
      );
      const problems = [...failuresOf(pages), ...notes];
      if (html !== undefined) {
        const page = htmlOf(chosen, problems, new Date().toISOString());
        await readable(writeFile(html, page));
      }
      if (json) {
        process.stdout.write(`${JSON.stringify({ series: chosen, problems })}\n`);
      } else {
        const lines = [describe(chosen, selects !== undefined), ...problems];
        if (chosen.length === 0) lines[0] = nothing(all);
        print(lines.join('\n'));
      }
      process.exitCode = chosen.some(({ metrics }) => metrics.length > 0) ? 0 : FAILURE;
    });
}

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
async function readable<T>(value: T | Promise<T>): Promise<T> {
  try {
    return await value;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}
`);
    process.exit(MISUSE);
  }
}

function describe(chosen: readonly SeriesExplanation[], inDetail: boolean): string {
  return inDetail ? chosen.map(describeSeries).join('\n') : describeFamilies(chosen);
}

function nothing(all: readonly SeriesExplanation[]): string {
  const names = [...new Set(all.map(({ name }) => name))];
  const shown = names.slice(0, 10).join(', ');
  return names.length === 0
    ? 'there is no series at all'
    : `no series is selected among ${all.length} with ${names.length} names: ${shown}${names.length > 10 ? ', …' : ''}`;
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

function selector(text: string): Selects {
  try {
    return selectorOf(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

export function labelPairs(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [, name, value] = /^\s*([A-Za-z_]\w*)=(.*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined) {
        throw new InvalidArgumentError(`Expected NAME=VALUE,…, got "${pair}".`);
      }
      return [name, value];
    }),
  );
}
