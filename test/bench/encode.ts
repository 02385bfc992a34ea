import { table } from '../../cli/table.ts';
import type { EncodeCase, EncodeFigures } from './encode-case.ts';
import { askOnce } from './fresh-process.ts';
import { median, range } from './statistics.ts';

/** Processes for each case. */
const REPEATS = 3;

const CASES: readonly EncodeCase[] = [
  { protocol: 'remote write', labels: 'ECS' },
  { protocol: 'remote write', labels: 'static' },
  { protocol: 'OTLP', labels: 'ECS' },
  { protocol: 'OTLP', labels: 'static' },
];

/** Encoding and compressing what is sent to other receivers than CloudWatch Logs. */
export async function runEncode(): Promise<void> {
  const rows: string[][] = [];
  for (const one of CASES) {
    console.error(`encode: ${one.protocol}, ${one.labels}`);
    rows.push(await rowOf(one));
  }
  console.log(
    `encode: CPU seconds for a million samples of 50 targets, compressed, median of ${REPEATS} processes with 7 rounds each;
the range is that of the processes' medians.\n`,
  );
  console.log(
    table(['protocol', 'labels', 'CPU s/M', 'range', 'bytes/sample', 'requests/M'], rows),
  );
  console.log();
}

async function rowOf(one: EncodeCase): Promise<string[]> {
  const all: EncodeFigures[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    all.push(await askOnce<EncodeCase, EncodeFigures>('encode-case.ts', one));
  }
  const medians = all.map(({ seconds }) => median(seconds));
  const [{ bytes, requests } = { bytes: 0, requests: 0 }] = all;
  return [
    one.protocol,
    one.labels,
    median(medians).toFixed(2),
    range(medians, 2),
    bytes.toFixed(1),
    requests.toFixed(0),
  ];
}
