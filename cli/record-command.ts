import { access } from 'node:fs/promises';
import { AWS_REGION } from '../lambda/config/sources/request.ts';
import { awsClients } from '../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../lambda/discovery/aws/load-ec2.ts';
import { ENV } from '../lambda/model/settings/names.ts';
import { systemClock } from '../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../lambda/scrape/http/exchange.ts';
import { systemScraper } from '../lambda/wiring/scraper.ts';
import { configOf } from './input/configuration.ts';
import { duration } from './options/duration.ts';
import { endpointUrl } from './options/endpoint-url.ts';
import type { Program } from './program.ts';
import { describeRecording } from './recording/describe.ts';
import { writeRecording } from './recording/file.ts';
import { record } from './recording/record.ts';
import { FAILURE, MISUSE } from './terminal/exit-code.ts';
import { print } from './terminal/print.ts';
import { withProgress } from './terminal/progress.ts';

/** Adds the command `record`. */
export function addRecord({ program, stop }: Program): void {
  program
    .command('record')
    .description('save the pages and targets of one cycle into a file, without secrets')
    .argument('<file>', 'the recording, which only you can read; compressed if it ends in .gz')
    .option('--config <path>', 'native YAML or JSON, or the JSON of the CloudWatch Agent')
    .option(
      '--prometheus-config <path>',
      'the Prometheus file that goes with the JSON of the CloudWatch Agent',
    )
    .option('--cluster <name>', 'cluster to discover if the configuration names none')
    .option('--region <region>', 'AWS Region if the configuration names none')
    .option('--endpoint-url <url>', 'one address for all AWS APIs', endpointUrl)
    .option('--interval <duration>', 'time from one cycle of the collector to the next', duration)
    .option(
      '--history <duration>',
      'save so much of the history of targets that have one, such as sidecars; without it, their latest values',
      duration,
    )
    .option('--timeout <duration>', 'time that it may take', duration, duration('55s'))
    .option('--force', 'replace the file if it exists', false)
    .action(async (path: string, { interval, history, timeout, force, ...options }) => {
      const { region, endpointUrl: endpoint } = options;
      if (!force && (await exists(path))) refuse(path);
      const configuration = await configOf(options, {
        [ENV.cluster]: options.cluster,
        [AWS_REGION]: region,
      });
      const recorded = record(
        {
          configuration,
          clientsOf: awsClients({ region, endpoint }, loadEc2),
          fetch: fetchExposition,
          clock: systemClock,
          scraperWith: (keeping) => systemScraper(process.env, keeping),
          intervalMs: interval,
          historyMs: history,
        },
        AbortSignal.any([stop, AbortSignal.timeout(timeout)]),
      );
      const recording = await withProgress('scraping the targets', recorded);
      try {
        const { bytes } = await writeRecording(path, recording, { force });
        print(describeRecording(recording, path, bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') refuse(path);
        process.stderr.write(
          `${path}: expected a file that can be written: ${(error as Error).message}\n`,
        );
        process.exit(MISUSE);
      }
      const isUp = recording.targets.some(({ down }) => down === undefined);
      process.exitCode = isUp ? 0 : FAILURE;
    });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function refuse(path: string): never {
  process.stderr.write(
    `${path}: expected a new file, given one that exists; --force replaces it\n`,
  );
  process.exit(MISUSE);
}
