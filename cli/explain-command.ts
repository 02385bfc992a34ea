import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { describeFamilies, describeSeries } from './explain/describe.ts';
import { explain, type SeriesExplanation } from './explain/explain.ts';
import { Follower } from './explain/follow.ts';
import { htmlOf } from './explain/html.ts';
import { failuresOf } from './explain/live.ts';
import { receiversOf } from './explain/receivers.ts';
import { type Selects, selectorOf } from './explain/selector.ts';
import { inputOf, readable } from './input/input.ts';
import { duration } from './options/duration.ts';
import { endpointUrl } from './options/endpoint-url.ts';
import { labelPairs } from './options/label-pairs.ts';
import type { Program } from './program.ts';
import { FAILURE } from './terminal/exit-code.ts';
import { print } from './terminal/print.ts';

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

function selector(text: string): Selects {
  try {
    return selectorOf(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
