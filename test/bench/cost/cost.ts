import { usageOf } from '../../../cli/cost/usage.ts';
import { table } from '../../../cli/describe/table.ts';
import { type Bill, billOf } from '../../../price/bill.ts';
import { askOnce, FreshProcess } from '../fresh-process.ts';
import type { CostCase, CostFigures } from './case.ts';
import { DELIVERY_CASES, type DeliveryCase } from './delivery-cases.ts';
import { SITES, type Site } from './site.ts';
import type { CostSurroundings } from './surroundings.ts';

/**
 * Targets of all cycles of a collector, of which the last cycle counts: until then its code is still being compiled. A function stays
 * in its process for hours.
 */
const WARM_TARGETS = 3_000;

/** Cycles of a collector, few or many targets. */
const MIN_CYCLES = 4;
const MAX_CYCLES = 20;

/** The site of the goals. */
const GOAL_TASKS = 150;

/** Its line in a bill. */
const ALARMS_ON_TASKS = 'alarms on tasks';

/** One column of the tables. */
interface Column {
  readonly each: DeliveryCase;
  readonly figures: CostFigures;
  readonly bill: Bill;
}

/**
 * What a month costs at each destination, for three sites. The collector's own code delivers real pages of sidecars to stand-ins, which
 * count; the prices are those of price/list.ts.
 *
 * @param only number of tasks: only that site
 */
export async function runCost(only?: string): Promise<void> {
  for (const site of SITES) {
    if (only !== undefined && only !== String(site.tasks)) continue;
    const columns: Column[] = [];
    for (const each of DELIVERY_CASES) columns.push(await columnOf(site, each));
    showCycle(site, columns);
    const groups = Map.groupBy(columns, ({ each }) => each.group);
    for (const [group, of] of groups) showMonth(site, group, of);
    if (site.tasks === GOAL_TASKS) showFormulas(columns);
  }
}

async function columnOf(site: Site, each: DeliveryCase): Promise<Column> {
  const { destination, configuration, alarmsOfService } = each;
  console.error(`cost: ${site.tasks} tasks: ${nameOf(each)}`);
  // The time of its sidecars begins anew.
  await using process = await FreshProcess.start('cost/surroundings.ts');
  const surroundings = await process.ask<Site, CostSurroundings>(site);
  const cycles = Math.min(MAX_CYCLES, Math.max(MIN_CYCLES, Math.ceil(WARM_TARGETS / site.tasks)));
  const input = { surroundings, destination, configuration, cycles };
  const figures = await askOnce<CostCase, CostFigures>('cost/case.ts', input);
  if (figures.targets !== site.tasks) {
    throw new Error(`expected ${site.tasks} targets up, got ${figures.targets}`);
  }
  const usage = usageOf(destination, figures, { alarmsOnTasks: alarmsOfService * site.services });
  return { each, figures, bill: billOf(usage) };
}

function showCycle({ tasks, services, containers }: Site, columns: readonly Column[]): void {
  console.log(`cost: ${tasks} tasks, ${services} services, ${containers} containers: one cycle\n`);
  console.log(
    table(
      ['', ...['metrics', 'events', 'bytes', 'requests', 'data', 'sent bytes', 'CPU s']],
      columns.map(({ each, figures }) => [nameOf(each), ...cellsOf(each, figures)]),
    ),
  );
}

function showMonth({ tasks }: Site, group: string, columns: readonly Column[]): void {
  const parts = [...new Set(columns.flatMap(({ bill }) => bill.lines.map(({ what }) => what)))];
  console.log(`\ncost: ${tasks} tasks: a month: ${group}\n`);
  console.log(
    table(
      ['', ...columns.map(({ each }) => each.title)],
      [
        ...parts.map((part) => [part, ...columns.map(({ bill }) => amountOf(bill, part))]),
        ['sum', ...columns.map(({ bill }) => sumOf(bill))],
        ['sum without alarms on tasks', ...columns.map(({ bill }) => sumOf(withoutAlarms(bill)))],
        ...(columns[0]?.bill.apart ?? []).map(({ what }) => [
          what,
          ...columns.map(({ bill }) =>
            dollars(bill.apart.find((line) => line.what === what)?.dollars),
          ),
        ]),
      ],
    ),
  );
}

function nameOf({ group, title }: DeliveryCase): string {
  return `${group}, ${title}`;
}

function withoutAlarms(bill: Bill): Bill {
  const alarms = bill.lines.find(({ what }) => what === ALARMS_ON_TASKS)?.dollars ?? 0;
  return { ...bill, dollars: bill.dollars - alarms };
}

/** How each line of the bill comes about. */
function showFormulas(columns: readonly Column[]): void {
  for (const { each, bill } of columns) {
    console.log(`\ncost: formulas: ${nameOf(each)}\n`);
    const lines = [...bill.lines, ...bill.apart];
    console.log(
      table(
        ['', '$', ''],
        lines.map(({ what, dollars: sum, formula }) => [what, dollars(sum), formula]),
      ),
    );
  }
}

function cellsOf({ destination }: DeliveryCase, figures: CostFigures): string[] {
  const isLogs = destination === 'logs';
  const billed = isLogs ? figures.bytes : figures.otlpBytes;
  const data = destination === 'workspace' ? figures.samples : figures.data;
  const { metrics, events, requests, sentBytes } = figures;
  const counts = [metrics, isLogs ? events : 0, billed, requests, data, sentBytes];
  return [
    ...counts.map((count) => (count === 0 ? '-' : count.toLocaleString('en-US'))),
    figures.cpuSeconds.toFixed(2),
  ];
}

function amountOf({ lines }: Bill, part: string): string {
  const line = lines.find(({ what }) => what === part);
  return line === undefined ? '-' : dollars(line.dollars);
}

function sumOf({ dollars: sum, unknown }: Bill): string {
  return unknown.length === 0 ? dollars(sum) : `${dollars(sum)} + unknown`;
}

function dollars(amount: number | undefined): string {
  return amount === undefined ? 'unknown' : amount.toFixed(2);
}
