import { AWS_REGION } from '../lambda/config/sources/request.ts';
import { awsClients } from '../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../lambda/discovery/aws/load-ec2.ts';
import { ENV } from '../lambda/model/settings/names.ts';
import { systemClock } from '../lambda/model/waiting/clock.ts';
import { fetchExposition } from '../lambda/scrape/http/exchange.ts';
import { configOf } from './input/configuration.ts';
import { duration } from './options/duration.ts';
import { endpointUrl } from './options/endpoint-url.ts';
import type { Program } from './program.ts';
import { describeTargets } from './targets/describe.ts';
import { findTargets } from './targets/targets.ts';
import { FAILURE } from './terminal/exit-code.ts';
import { print } from './terminal/print.ts';
import { withProgress } from './terminal/progress.ts';

/** Adds the command `targets`. */
export function addTargets({ program, stop }: Program): void {
  program
    .command('targets')
    .description(
      'list the discovered targets, and the tasks that are left out with the reasons; scrapes nothing',
    )
    .option('--config <path>', 'native YAML or JSON, or the JSON of the CloudWatch Agent')
    .option(
      '--prometheus-config <path>',
      'the Prometheus file that goes with the JSON of the CloudWatch Agent',
    )
    .option('--cluster <name>', 'cluster to discover if the configuration names none')
    .option('--region <region>', 'AWS Region if the configuration names none')
    .option('--endpoint-url <url>', 'one address for all AWS APIs', endpointUrl)
    .option('--timeout <duration>', 'time that the discovery may take', duration, duration('20s'))
    .option('--json', 'print one line of JSON, with the labels before relabeling', false)
    .action(async ({ timeout, json, ...options }) => {
      const { region, endpointUrl: endpoint } = options;
      const { config } = await configOf(options, {
        [ENV.cluster]: options.cluster,
        [AWS_REGION]: region,
      });
      const finding = findTargets(
        {
          config,
          clientsOf: awsClients({ region, endpoint }, loadEc2),
          fetch: fetchExposition,
          clock: systemClock,
        },
        AbortSignal.any([stop, AbortSignal.timeout(timeout)]),
      );
      const report = await withProgress('discovering the targets', finding);
      if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else print(describeTargets(report));
      const failed = report.errors.length > 0 || report.targets.length === 0;
      process.exitCode = failed ? FAILURE : 0;
    });
}
