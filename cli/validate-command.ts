import { AWS_REGION } from '../lambda/config/sources/request.ts';
import { ENV } from '../lambda/model/settings/names.ts';
import type { Program } from './program.ts';
import { FAILURE, MISUSE } from './terminal/exit-code.ts';
import { print } from './terminal/print.ts';
import { describeValidations } from './validate/describe.ts';
import { configurationsIn, TemplateError } from './validate/template.ts';
import { type Candidate, validateConfiguration } from './validate/validate.ts';

/** Adds the command `validate`. */
export function addValidate({ program }: Program): void {
  program
    .command('validate')
    .description('check configurations, without a network')
    .argument(
      '[config...]',
      'native YAML or JSON, a Prometheus file, or the JSON of the CloudWatch Agent (default: that of the environment)',
    )
    .option(
      '--prometheus-config <path>',
      'the Prometheus file that goes with the JSON of the CloudWatch Agent',
    )
    .option('--template <path>', 'check the collectors in a template that `cdk synth` wrote')
    .option('--cluster <name>', 'cluster to discover if the configuration names none')
    .option('--region <region>', 'AWS Region if the configuration names none')
    .option('--strict', 'exit with 1 if there are warnings', false)
    .option('--json', 'print the results as one line of JSON', false)
    .action(async (paths: readonly string[], options) => {
      const { prometheusConfig, template, cluster, region, strict, json } = options;
      if (template !== undefined && (paths.length > 0 || prometheusConfig !== undefined)) {
        program.error('error: --template and the path of a configuration exclude each other');
      }
      if (prometheusConfig !== undefined && paths.length > 1) {
        program.error('error: --prometheus-config goes with one configuration');
      }
      const env = {
        ...process.env,
        ...(cluster !== undefined && { [ENV.cluster]: cluster }),
        ...(region !== undefined && { [AWS_REGION]: region }),
      };
      const named = paths.map((path) => ({ name: path, config: path, prometheusConfig, env }));
      const surroundings = { name: prometheusConfig ?? 'environment', prometheusConfig, env };
      const candidates =
        template === undefined
          ? paths.length > 0
            ? named
            : [surroundings]
          : await inTemplate(template);
      const validations = [];
      for (const candidate of candidates) validations.push(await validateConfiguration(candidate));
      if (json) process.stdout.write(`${JSON.stringify({ configurations: validations })}\n`);
      else print(describeValidations(validations));
      const hasErrors = validations.some(({ errors }) => errors.length > 0);
      const hasWarnings = validations.some(({ warnings }) => warnings.length > 0);
      process.exitCode = hasErrors ? MISUSE : strict && hasWarnings ? FAILURE : 0;
    });
}

/** The configurations of a template; ends the process with the reason if there are none. */
async function inTemplate(path: string): Promise<readonly Candidate[]> {
  try {
    return await configurationsIn(path);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(MISUSE);
  }
}
