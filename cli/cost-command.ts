import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { PRICES, type PriceList } from '../price/list.ts';
import { withPrices } from '../price/overrides.ts';
import { describeEstimate } from './cost/describe.ts';
import { estimate } from './cost/estimate.ts';
import { failuresOf } from './explain/live.ts';
import { ofOneCycle } from './explain/one-cycle.ts';
import { inputOf } from './input/input.ts';
import { amount } from './options/amount.ts';
import { duration } from './options/duration.ts';
import { endpointUrl } from './options/endpoint-url.ts';
import { labelPairs } from './options/label-pairs.ts';
import type { Program } from './program.ts';
import { FAILURE, MISUSE } from './terminal/exit-code.ts';

/** Adds the command `cost`. */
export function addCost({ program, stop }: Program): void {
  program
    .command('cost')
    .description('compute what a month costs at each destination, and what could be saved')
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
    .option('--interval <duration>', 'from one cycle to the next', duration, duration('60s'))
    .option('--alarms <number>', 'metrics that alarms on the tasks read', amount, 0)
    .option('--prices <path>', 'YAML or JSON with prices in place of the list prices of us-east-1')
    .option('--formulas', 'show each calculation, and the source of each price', false)
    .option('--cluster <name>', 'cluster to discover if the configuration names none')
    .option('--region <region>', 'AWS Region if the configuration names none')
    .option('--endpoint-url <url>', 'one address for all AWS APIs', endpointUrl)
    .option('--timeout <duration>', 'time that it may take', duration, duration('55s'))
    .option('--json', 'print one line of JSON', false)
    .action(async ({ json, interval, alarms, formulas, prices: path, ...options }) => {
      if (options.exposition !== undefined && options.recording !== undefined) {
        program.error('error: --exposition and --recording exclude each other');
      }
      const prices = path === undefined ? PRICES : await pricesIn(path);
      const signal = AbortSignal.any([stop, AbortSignal.timeout(options.timeout)]);
      const { config, pages: read, notes } = await inputOf(options, signal);
      const pages = read.map((page) => ofOneCycle(page, interval));
      const problems = [...failuresOf(pages), ...notes];
      if (pages.every(({ failure }) => failure !== undefined)) {
        const nothing = 'expected a target that is up, to compute its cost';
        process.stderr.write(`${[nothing, ...problems].join('\n')}\n`);
        process.exitCode = FAILURE;
        return;
      }
      const intervalSeconds = interval / 1_000;
      const estimated = await estimate({ config, pages, intervalSeconds, alarms, prices });
      if (json) {
        process.stdout.write(`${JSON.stringify({ ...estimated, prices, problems })}\n`);
        return;
      }
      const text = describeEstimate(estimated, { intervalSeconds, prices, formulas });
      process.stdout.write(`${[text, ...problems].join('\n')}\n`);
    });
}

async function pricesIn(path: string): Promise<PriceList> {
  try {
    return withPrices(parse(await readFile(path, 'utf8')), path);
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(
      `--prices ${message.startsWith(path) ? message : `${path}: ${message}`}\n`,
    );
    process.exit(MISUSE);
  }
}
