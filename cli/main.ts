import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { awsStores } from '../lambda/config/aws-stores.ts';
import { ConfigError } from '../lambda/config/errors.ts';
import { LiveConfig } from '../lambda/config/live-config.ts';
import { ENV } from '../lambda/model/names.ts';
import { FileInUseError } from '../lambda/state/file-lock.ts';
import { collect } from './collect.ts';
import { runDemo } from './demo/demo.ts';
import { describeCycle } from './demo/describe-cycle.ts';
import { duration } from './duration.ts';
import { endpointUrl } from './endpoint-url.ts';
import { OUTPUTS, outputsOf } from './output-options.ts';
import { statePlace } from './state.ts';

/** Exit codes: what the command was for did not work, or it was called wrongly. */
const FAILURE = 1;
const MISUSE = 2;

const DEMO_CONFIG = join(import.meta.dirname, 'demo/fargauge.yaml');

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
// Nobody reads any more, as with `| head`. Without a listener it would be a crash that leaves the demo's processes behind.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort());

const program = new Command('fargauge')
  .description('Metrics from Amazon ECS tasks into CloudWatch')
  .showHelpAfterError('(--help says more)')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : MISUSE));

program
  .command('collect')
  .description('discover, scrape and deliver once, or every so often')
  .option('--config <path>', 'native YAML or JSON, or the JSON of the CloudWatch Agent')
  .option(
    '--prometheus-config <path>',
    'the Prometheus file that goes with the JSON of the CloudWatch Agent',
  )
  .option('--cluster <name>', 'cluster to discover where the configuration names none')
  .option('--region <region>', 'AWS Region where the configuration names none')
  .option('--endpoint-url <url>', 'one address for all AWS APIs', endpointUrl)
  .addOption(
    new Option(
      '--output <outputs...>',
      'where the events go, instead of to `outputs` of the configuration or else stdout',
    ).choices(OUTPUTS),
  )
  .option('--output-file <path>', 'file that the output `file` appends to')
  .option(
    '--state <place>',
    'file or s3://bucket/key that keeps what the next start needs, so that counters lose nothing',
    statePlace,
  )
  .option(
    '--forget-after <duration>',
    'time that a series which is not seen any more is remembered (default: 24h)',
    duration,
  )
  .option('--every <duration>', 'collect again and again, such as 60s', duration)
  .option('--timeout <duration>', 'time that one cycle may take', duration, duration('55s'))
  .option('--json', 'the report of each cycle as a line of JSON', false)
  .action(async (options) => {
    const { output: types, outputFile } = options;
    if ((types?.includes('file') ?? false) !== (outputFile !== undefined)) {
      program.error('error: --output file and --output-file <path> go together');
    }
    const configuration = await configOf(options, { [ENV.cluster]: options.cluster });
    const collected = collect({
      ...options,
      configuration,
      outputs: types && outputsOf(types, outputFile),
      everyMs: options.every,
      timeoutMs: options.timeout,
      forgetAfterMs: options.forgetAfter,
      stop: stop.signal,
    });
    const ok = await collected.catch((error) => {
      if (!(error instanceof FileInUseError)) throw error;
      process.stderr.write(`${error.message}\n`);
      return false;
    });
    process.exitCode = ok ? 0 : FAILURE;
  });

program
  .command('demo')
  .description('collect from three real tasks on this machine, with a stand-in for AWS')
  .option('--config <path>', 'what to collect', DEMO_CONFIG)
  .option('--interval <duration>', 'time from one cycle to the next', duration, duration('10s'))
  .option('--threshold <percent>', 'CPU utilization above which a task is marked', percent, 80)
  .option('--once', 'one cycle only; the exit code says whether all tasks were measured', false)
  .option('--json', 'a line of JSON for each cycle', false)
  .action(async ({ interval, threshold, once, json, ...options }) => {
    const { config } = await configOf(options, { [ENV.cluster]: 'demo' });
    if (!json) process.stdout.write('Starting three tasks and their sidecars. Ctrl-C ends them.\n');
    const ok = await runDemo({
      config,
      intervalMs: interval,
      once,
      thresholdPercent: threshold,
      onCycle: (cycle) =>
        process.stdout.write(`${json ? JSON.stringify(cycle) : describeCycle(cycle, threshold)}\n`),
      stop: stop.signal,
    });
    process.exitCode = ok || !once ? 0 : FAILURE;
  });

await program.parseAsync();

/** The configuration that the options name, or the process's end with all that is wrong with it. */
async function configOf(
  options: {
    readonly config?: string;
    readonly prometheusConfig?: string;
    readonly region?: string;
    readonly endpointUrl?: string;
  },
  env: Readonly<Record<string, string | undefined>>,
): Promise<LiveConfig> {
  const { config, prometheusConfig } = options;
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  try {
    const request = {
      config: config === undefined ? undefined : { path: config },
      prometheusConfig: prometheusConfig === undefined ? undefined : { path: prometheusConfig },
      env: { ...process.env, ...given },
      readFile: (path: string) => readFile(path, 'utf8'),
    };
    const configuration = await LiveConfig.load(
      request,
      awsStores({ region: options.region, endpoint: options.endpointUrl }),
    );
    const { warnings } = configuration.config;
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    return configuration;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(MISUSE);
  }
}

function percent(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 100) || text.trim() === '') {
    throw new InvalidArgumentError(`Expected a number from 0 to 100, got "${text}".`);
  }
  return value;
}
