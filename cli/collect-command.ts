import { Option } from 'commander';
import { AWS_REGION } from '../lambda/config/sources/request.ts';
import { ENV } from '../lambda/model/settings/names.ts';
import { FileInUseError } from '../lambda/state/file-lock.ts';
import { collect } from './collect.ts';
import { GIVE_UP_MS } from './give-up.ts';
import { configOf } from './input/configuration.ts';
import { cycleTime } from './options/cycle-time.ts';
import { duration } from './options/duration.ts';
import { endpointUrl } from './options/endpoint-url.ts';
import { OUTPUTS, outputsOf } from './options/output.ts';
import type { Program } from './program.ts';
import { statePlace } from './state.ts';
import { FAILURE } from './terminal/exit-code.ts';

/** Adds the command `collect`. */
export function addCollect({ program, stop }: Program): void {
  program
    .command('collect')
    .description('discover, scrape and deliver once, or at an interval')
    .option('--config <path>', 'native YAML or JSON, or the JSON of the CloudWatch Agent')
    .option(
      '--prometheus-config <path>',
      'the Prometheus file that goes with the JSON of the CloudWatch Agent',
    )
    .option('--cluster <name>', 'cluster to discover if the configuration names none')
    .option('--region <region>', 'AWS Region if the configuration names none')
    .option('--endpoint-url <url>', 'one address for all AWS APIs', endpointUrl)
    .addOption(
      new Option(
        '--output <outputs...>',
        'destinations of the events, which replace the `outputs` of the configuration',
      ).choices(OUTPUTS),
    )
    .option('--output-file <path>', 'file to which the output `file` appends')
    .option(
      '--state <place>',
      'file or s3://bucket/key that keeps the last values of counters for the next start',
      statePlace,
    )
    .option(
      '--forget-after <duration>',
      'time after which an unseen series is forgotten (default: 24h)',
      duration,
    )
    .option('--every <duration>', 'start a cycle at this interval, such as 60s', duration)
    .option(
      '--timeout <duration>',
      'time that one cycle may take (default: that of --every, from 5s to 55s)',
      duration,
    )
    .addOption(
      new Option(
        '--give-up <duration>',
        'time to wait for receivers when all targets are scraped, without --every',
      )
        .argParser(duration)
        .default(GIVE_UP_MS, '10s'),
    )
    .option('--json', 'print the report of each cycle as a line of JSON', false)
    .action(async (options) => {
      const { output: types, outputFile } = options;
      if ((types?.includes('file') ?? false) !== (outputFile !== undefined)) {
        program.error('error: --output file and --output-file <path> go together');
      }
      const configuration = await configOf(options, {
        [ENV.cluster]: options.cluster,
        [AWS_REGION]: options.region,
      });
      const collected = collect({
        ...options,
        configuration,
        outputs: types && outputsOf(types, outputFile),
        everyMs: options.every,
        timeoutMs: options.timeout ?? cycleTime(options.every),
        forgetAfterMs: options.forgetAfter,
        giveUpMs: options.giveUp,
        stop,
      });
      const ok = await collected.catch((error) => {
        if (!(error instanceof FileInUseError)) throw error;
        process.stderr.write(`${error.message}\n`);
        return false;
      });
      process.exitCode = ok ? 0 : FAILURE;
    });
}
