import type { LiveConfig } from '../lambda/config/live.ts';
import { AWS_REGION } from '../lambda/config/sources/request.ts';
import { type AwsClientsOf, awsClients } from '../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../lambda/discovery/aws/load-ec2.ts';
import { ENV } from '../lambda/model/settings/names.ts';
import { systemClock } from '../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../lambda/scrape/http/exchange.ts';
import { systemScraper } from '../lambda/wiring/scraper.ts';
import { pageAssets } from './explore/assets.ts';
import { openBrowser } from './explore/browser.ts';
import { serveExplore } from './explore/server.ts';
import { configOf } from './input/configuration.ts';
import { duration } from './options/duration.ts';
import { endpointUrl } from './options/endpoint-url.ts';
import type { Program } from './program.ts';
import { recordedConfiguration } from './recording/configuration.ts';
import { readRecording } from './recording/file.ts';
import type { Recording } from './recording/format.ts';
import { RecordingError } from './recording/parse.ts';
import { record } from './recording/record.ts';
import { Secrets } from './recording/secrets.ts';
import { MISUSE } from './terminal/exit-code.ts';

/** The sidecar remembers as much. */
const HISTORY_MS = duration('15m');

/** Gets a recording each time that the page asks for one. Rejects if there is none. */
type Source = (signal: AbortSignal) => Promise<Recording>;

/** Adds the command `explore`. */
export function addExplore({ program, stop }: Program): void {
  program
    .command('explore')
    .description('a page that says what becomes of each series, while you edit the rules')
    .option('--recording <path>', 'what fargauge record saved, instead of a scrape of the targets')
    .option('--config <path>', 'native YAML or JSON, or the JSON of the CloudWatch Agent')
    .option(
      '--prometheus-config <path>',
      'the Prometheus file that goes with the JSON of the CloudWatch Agent',
    )
    .option('--cluster <name>', 'cluster to discover if the configuration names none')
    .option('--region <region>', 'AWS Region if the configuration names none')
    .option('--endpoint-url <url>', 'one address for all AWS APIs', endpointUrl)
    .option(
      '--timeout <duration>',
      'time that a scrape of all targets may take',
      duration,
      duration('55s'),
    )
    .option('--no-open', 'print the address of the page, but open no browser')
    .action(async ({ recording: path, timeout, open, ...options }) => {
      const { region, endpointUrl: endpoint } = options;
      const isGiven = options.config !== undefined || options.prometheusConfig !== undefined;
      const configuration =
        path === undefined || isGiven
          ? await configOf(options, { [ENV.cluster]: options.cluster, [AWS_REGION]: region })
          : undefined;
      const source =
        path === undefined
          ? scrapes(configuration as LiveConfig, awsClients({ region, endpoint }, loadEc2))
          : await recorded(path, configuration);
      const within = (signal: AbortSignal) =>
        source(AbortSignal.any([signal, AbortSignal.timeout(timeout)]));
      await explore(within, { open, stop });
    });
}

/** Scrapes the targets of a configuration each time. */
export function scrapes(configuration: LiveConfig, clientsOf: AwsClientsOf): Source {
  return (signal) =>
    record(
      {
        configuration,
        clientsOf,
        fetch: fetchExposition,
        clock: systemClock,
        scraperWith: (keeping) => systemScraper(process.env, keeping),
        historyMs: HISTORY_MS,
      },
      signal,
    );
}

/** Serves the page until the signal is aborted. */
export async function explore(
  source: Source,
  { open, stop }: { readonly open: boolean; readonly stop: AbortSignal },
): Promise<void> {
  const server = await serveExplore({
    assets: await pageAssets(),
    recording: async () => JSON.stringify(await source(stop)),
  });
  process.stdout.write(`${server.url}\n`);
  if (open && !(await openBrowser(server.url))) {
    process.stderr.write('no browser could be started: open the address yourself\n');
  }
  await aborted(stop);
  await server.close();
}

/**
 * The same recording each time, or the process's end with the reason why there is none.
 *
 * @param configuration replaces that of the recording
 */
async function recorded(path: string, configuration?: LiveConfig): Promise<Source> {
  try {
    const recording = await readRecording(path);
    if (configuration === undefined) return async () => recording;
    const secrets = new Secrets();
    secrets.addAll(configuration.config);
    const { text } = await recordedConfiguration(configuration.request, secrets);
    return async () => ({ ...recording, configuration: secrets.hide(text) });
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(MISUSE);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
