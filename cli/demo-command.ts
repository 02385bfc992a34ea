import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { awsClients } from '../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../lambda/discovery/aws/load-ec2.ts';
import { ENV } from '../lambda/model/settings/names.ts';
import { runDemo } from './demo/demo.ts';
import { describeCycle } from './demo/describe-cycle.ts';
import { EC2_REFRESH_MS } from './demo/task/metadata.ts';
import { explore, scrapes } from './explore-command.ts';
import { configOf } from './input/configuration.ts';
import { duration } from './options/duration.ts';
import type { Program } from './program.ts';
import { FAILURE } from './terminal/exit-code.ts';

const DEMO_CONFIG = join(import.meta.dirname, 'demo/fargauge.yaml');

/** Adds the command `demo`. */
export function addDemo({ program, stop }: Program): void {
  program
    .command('demo')
    .description('collect from three real tasks on this machine, with a stand-in for AWS')
    .option('--config <path>', 'configuration with rules for the tasks', DEMO_CONFIG)
    .addOption(
      new Option('--interval <duration>', 'time from one cycle to the next')
        .argParser(duration)
        .default(duration('10s'), '10s'),
    )
    .addOption(
      new Option(
        '--refresh <duration>',
        'time after which the figures of the tasks are renewed: 1s as on EC2, 10s as on Fargate',
      )
        .argParser(duration)
        .default(EC2_REFRESH_MS, '1s'),
    )
    .option('--threshold <percent>', 'CPU utilization above which a task is marked', percent, 80)
    .option('--once', 'run one cycle; the exit code is 0 if all tasks were measured', false)
    .option('--explore', 'open a page with the tasks, their series and the rules', false)
    .option('--no-open', 'with --explore, print the address of the page, but open no browser')
    .option('--json', 'print a line of JSON for each cycle', false)
    .action(
      async ({ interval, refresh, threshold, once, json, explore: page, open, ...options }) => {
        const configuration = await configOf(options, { [ENV.cluster]: 'demo' });
        const { config } = configuration;
        if (!json)
          process.stdout.write('Starting three tasks and their sidecars. Ctrl-C ends them.\n');
        const ok = await runDemo({
          config,
          intervalMs: interval,
          refreshMs: refresh,
          once,
          thresholdPercent: threshold,
          onStarted: page
            ? (place) => explore(scrapes(configuration, awsClients(place, loadEc2)), { open, stop })
            : undefined,
          onCycle: (cycle) =>
            process.stdout.write(
              `${json ? JSON.stringify(cycle) : describeCycle(cycle, threshold)}\n`,
            ),
          stop,
        });
        process.exitCode = ok || !once ? 0 : FAILURE;
      },
    );
}

function percent(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 100) || text.trim() === '') {
    throw new InvalidArgumentError(`Expected a number from 0 to 100, got "${text}".`);
  }
  return value;
}
