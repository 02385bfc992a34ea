import { table } from '../../../cli/describe/table.ts';
import { askOnce } from '../fresh-process.ts';
import { median, range } from '../statistics.ts';
import type { DuplicatesCase, DuplicatesFigures, VARIANTS } from './case.ts';

/** Processes for each case. */
const REPEATS = 3;

const PROTOCOLS = ['remote write', 'remote write 2.0', 'OTLP'] as const;

const CASES: readonly (keyof typeof VARIANTS)[] = [
  'none, the order of the scrape before',
  'none, another order each time',
  'each series twice',
  'each series twice, its labels in another order',
];

/** What it costs that receivers of samples get each series once, told by its name and labels. */
export async function runDuplicates(): Promise<void> {
  const rows: string[][] = [];
  for (const protocol of PROTOCOLS) {
    for (const variant of CASES) {
      console.error(`receivers: ${protocol}, duplicates: ${variant}`);
      rows.push(await rowOf({ protocol, variant }));
    }
  }
  console.log(
    `receivers: CPU seconds for a million samples that are given, of 100 targets with the labels of ECS, compressed but not sent; median
of ${REPEATS} processes with 7 rounds each, warm; the range is that of the processes' medians. Remembered are heap and
buffers after a collection, of all series and labels, for a million samples.\n`,
  );
  const head = ['protocol', 'duplicates', 'CPU s/M', 'range', 'remembered, MB/M', 'sent'];
  console.log(table(head, rows));
  console.log();
}

async function rowOf(one: DuplicatesCase): Promise<string[]> {
  const all: DuplicatesFigures[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    all.push(await askOnce<DuplicatesCase, DuplicatesFigures>('duplicates/case.ts', one));
  }
  const seconds = all.map((figures) => median(figures.seconds));
  const remembered = median(all.map((figures) => figures.remembered));
  return [
    one.protocol,
    one.variant,
    median(seconds).toFixed(2),
    range(seconds, 2),
    (remembered / 1e6).toFixed(0),
    `${Math.round(100 * (all[0]?.sent ?? 0))} %`,
  ];
}
