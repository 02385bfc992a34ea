import { table } from '../../../cli/describe/table.ts';
import { askOnce } from '../fresh-process.ts';
import { median, range } from '../statistics.ts';
import type { EncodeCase, EncodeFigures } from './case.ts';

/** Processes for each case. */
const REPEATS = 3;

const PROTOCOLS = ['remote write', 'remote write 2.0', 'OTLP'] as const;

const CASES: readonly EncodeCase[] = PROTOCOLS.flatMap((protocol) => [
  { protocol, labels: 'ECS', series: 'shared' },
  { protocol, labels: 'static', series: 'shared' },
  { protocol, labels: 'ECS', series: 'histograms' },
  { protocol, labels: 'ECS', series: 'own' },
]);

/** Encoding and compressing what is sent to other receivers than CloudWatch Logs. */
export async function runEncode(): Promise<void> {
  const rows: string[][] = [];
  for (const one of CASES) {
    console.error(`encode: ${one.protocol}, ${one.labels}, ${one.series}`);
    rows.push(await rowOf(one));
  }
  console.log(
    `encode: CPU seconds for a million samples of 100 targets, compressed, median of ${REPEATS} processes with 7 rounds each;
the range is that of the processes' medians. Warm: what was remembered of the series before is used; cold: nothing is
remembered; first: the first call of a process, whose code is not compiled either.\n`,
  );
  console.log(
    table(
      [
        'protocol',
        'labels',
        'series',
        'warm CPU s/M',
        'range',
        'cold',
        'range',
        'first',
        'bytes/sample',
        'requests/M',
      ],
      rows,
    ),
  );
  console.log();
}

async function rowOf(one: EncodeCase): Promise<string[]> {
  const all: EncodeFigures[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    all.push(await askOnce<EncodeCase, EncodeFigures>('encode/case.ts', one));
  }
  const warm = all.map((figures) => median(figures.warm));
  const cold = all.map((figures) => median(figures.cold));
  const [{ bytes, requests } = { bytes: 0, requests: 0 }] = all;
  return [
    one.protocol,
    one.labels,
    one.series,
    median(warm).toFixed(2),
    range(warm, 2),
    median(cold).toFixed(2),
    range(cold, 2),
    median(all.map(({ first }) => first)).toFixed(2),
    bytes.toFixed(1),
    requests.toFixed(0),
  ];
}
