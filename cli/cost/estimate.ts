import type { Config } from '../../lambda/model/settings/config.ts';
import { type Bill, billOf } from '../../price/bill.ts';
import type { BillLine } from '../../price/line.ts';
import { MINUTES, PRICES, type PriceList } from '../../price/list.ts';
import { othersOf, type Watched } from '../../price/others.ts';
import { explain, type SeriesExplanation } from '../explain/explain.ts';
import type { Page } from '../explain/page.ts';
import { repeat } from './cycle.ts';
import { measure } from './measure.ts';
import { publishedPages } from './published.ts';
import type { CountedMetric, Destination } from './receivers.ts';
import { type Savings, savingsOf } from './savings.ts';
import { type CycleFigures, usageOf } from './usage.ts';

/** Counters are published from the second cycle on. */
const CYCLES = 2;

/** What an estimate is made of. */
export interface EstimateInput {
  readonly config: Config;
  /** Of one cycle. */
  readonly pages: readonly Page[];
  readonly intervalSeconds: number;
  /** Metrics that alarms on tasks read. */
  readonly alarms: number;
  readonly prices?: PriceList | undefined;
}

/** A month of one destination. */
export interface DestinationCost {
  readonly title: string;
  readonly destination: Destination;
  /** What a cycle delivers. */
  readonly cycle: CycleFigures;
  readonly bill: Bill;
}

/** A month of the same cycles, at each destination. */
export interface Estimate {
  readonly targets: number;
  readonly destinations: readonly DestinationCost[];
  readonly savings: Savings;
  readonly watched: Watched;
  /** What others would cost for the same tasks. */
  readonly others: readonly BillLine[];
}

/** What the destinations get: the last sample of each published series, or all that is scraped. */
const PUBLISHED = ', published series, one sample a cycle';
const ALL = ', all samples';

/**
 * Delivers the pages to a stand-in for each destination, and bills it. Nothing leaves the process.
 *
 * @throws Error without any page that could be read
 */
export async function estimate(input: EstimateInput): Promise<Estimate> {
  const { config, pages, prices = PRICES } = input;
  const up = pages.filter(({ failure }) => failure === undefined);
  if (up.length === 0)
    throw new Error(
      'expected at least one target that is up, found none: the cost is computed from samples',
    );
  const published = publishedPages(config, up);
  const events = await costOf('EMF events', 'logs', up, input);
  const costs = [
    events,
    await costOf('PutMetricData', 'metrics', up, input),
    await costOf(`OTLP${PUBLISHED}`, 'otlp', published, input),
    await costOf(`OTLP${ALL}`, 'otlp', up, input),
    await costOf(`workspace${PUBLISHED}`, 'workspace', published, input),
    await costOf(`workspace${ALL}`, 'workspace', up, input),
  ];
  const cycles = (MINUTES * 60) / input.intervalSeconds;
  const explained = up.flatMap((page) => explain(config, page));
  const watched = watchedBy(explained);
  return {
    targets: up.length,
    destinations: costs.map(({ metrics: _, ...cost }) => cost),
    savings: savingsOf({ metrics: events.metrics, explained, pages: up, cycles }, config, prices),
    watched,
    others: othersOf(watched, prices),
  };
}

async function costOf(
  title: string,
  destination: Destination,
  pages: readonly Page[],
  { config, intervalSeconds, alarms, prices }: EstimateInput,
): Promise<DestinationCost & { readonly metrics: readonly CountedMetric[] }> {
  const source = repeat(config, pages, intervalSeconds * 1_000);
  const measured = await measure(source, destination, CYCLES, source.advance);
  const cycle = { ...measured, metrics: measured.metrics.length };
  // Alarms on a workspace are rules in it.
  const alarmsOnTasks = destination === 'workspace' ? 0 : alarms;
  const usage = usageOf(destination, cycle, { alarmsOnTasks, intervalSeconds });
  return { title, destination, cycle, bill: billOf(usage, prices), metrics: measured.metrics };
}

function watchedBy(explained: readonly SeriesExplanation[]): Watched {
  const tasks = new Set<string>();
  const containers = new Set<string>();
  for (const { labels } of explained) {
    const { TaskId, container_name } = labels;
    if (TaskId === undefined) continue;
    tasks.add(TaskId);
    if (container_name !== undefined) containers.add(`${TaskId} ${container_name}`);
  }
  return { tasks: tasks.size, containers: containers.size };
}
