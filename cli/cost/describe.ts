import type { BillLine } from '../../price/line.ts';
import { MINUTES, type PriceList, type PriceName } from '../../price/list.ts';
import { MARKS, shownPrice } from '../../price/price.ts';
import { table } from '../describe/table.ts';
import type { DestinationCost, Estimate } from './estimate.ts';
import type { SampleCost, Saving } from './savings.ts';

/** Columns of one table, so that it is not wider than a terminal. */
const LETTERS = 'ABCDEF';

/** How an estimate is shown. */
export interface DescribeOptions {
  readonly intervalSeconds: number;
  readonly prices: PriceList;
  /** Whether each amount is shown with its calculation, and each price with its source. */
  readonly formulas: boolean;
}

/** The destinations side by side, what could be saved, and what others cost. */
export function describeEstimate(estimate: Estimate, options: DescribeOptions): string {
  const { destinations, savings, others, targets, watched } = estimate;
  const cycles = (MINUTES * 60) / options.intervalSeconds;
  return [
    `${count(targets, 'target')}, ${count(watched.tasks, 'task')}, ${count(watched.containers, 'container')}: a month of ${cycles.toLocaleString('en-US')} cycles in dollars, without free tiers`,
    '',
    sideBySide(destinations),
    '',
    ...destinations.map(({ title }, index) => `${LETTERS[index]}  ${title}`),
    '',
    savingTable('metrics of CloudWatch by name', 'costs', savings.byName),
    savingTable('dimensions, if they were removed', 'saves', savings.byLabel),
    savingTable('rules, if they were removed', 'saves', savings.byRule),
    sampleTable(savings.bySamples),
    'Beside it, for a month:',
    table(
      ['', '$'],
      others.map((line) => [line.what, money(line.dollars)]),
    ),
    ...(options.formulas ? ['', formulas(estimate, options.prices)] : []),
  ].join('\n');
}

function sideBySide(destinations: readonly DestinationCost[]): string {
  const bills = destinations.map(({ bill }) => bill);
  const rows = (of: 'lines' | 'apart') => {
    const parts = new Set(bills.flatMap((bill) => bill[of].map(({ what }) => what)));
    return [...parts].map((part) => [
      part,
      ...bills.map((bill) => {
        const line = bill[of].find(({ what }) => what === part);
        return line === undefined ? '-' : money(line.dollars);
      }),
    ]);
  };
  return table(
    ['', ...destinations.map((_, index) => LETTERS[index] ?? '')],
    [
      ...rows('lines'),
      ['sum of the known', ...bills.map(({ dollars }) => money(dollars))],
      ...rows('apart').map(([what = '', ...cells]) => [`apart: ${what}`, ...cells]),
    ],
  );
}

function savingTable(title: string, verb: string, savings: readonly Saving[]): string {
  if (savings.length === 0) return `${title}: none\n`;
  const rows = savings.map(({ name, metrics, dollars }) => [name, String(metrics), money(dollars)]);
  return `${table([title, 'metrics', `${verb} $`], rows)}\n`;
}

function sampleTable(costs: readonly SampleCost[]): string {
  const rows = costs.map(({ name, samples, dollars }) => [name, String(samples), money(dollars)]);
  return `${table(['all samples in a workspace by name', 'a cycle', 'costs $'], rows)}\n`;
}

function formulas({ destinations, others }: Estimate, prices: PriceList): string {
  const used = new Set<PriceName>();
  const rows = (lines: readonly BillLine[]) => {
    for (const line of lines) for (const name of line.prices) used.add(name);
    return table(
      ['', '$', 'formula'],
      lines.map(({ what, dollars, formula }) => [what, money(dollars), formula]),
    );
  };
  const parts = [
    ...destinations.map(({ title, bill }) => `${title}\n${rows([...bill.lines, ...bill.apart])}`),
    rows(others),
  ];
  const listed = [...used].map((name) => {
    const { unit, confidence, date, source } = prices[name];
    return [name, shownPrice(prices[name]), unit, MARKS[confidence], date, source];
  });
  return [...parts, table(['price', '$', 'of a', '', 'date', 'source'], listed)].join('\n\n');
}

function money(dollars: number | undefined): string {
  return dollars === undefined ? 'unknown' : dollars.toFixed(2);
}

function count(things: number, what: string): string {
  return `${things.toLocaleString('en-US')} ${what}${things === 1 ? '' : 's'}`;
}
