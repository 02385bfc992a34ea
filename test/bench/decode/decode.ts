import { table } from '../../../cli/describe/table.ts';
import { type Exposition, findExpositions } from '../expositions.ts';
import { askOnce } from '../fresh-process.ts';
import { median, megabytes, range } from '../statistics.ts';
import type { DecodeCase, DecodeFigures } from './case.ts';

/** Processes for each case, taking turns with those of the other cases of a file. */
const REPEATS = 3;

const YARDSTICK = 'parse-prometheus-text-format';
const PARSERS = [
  YARDSTICK,
  'fargauge, new process',
  'fargauge, new series',
  'fargauge, known series',
] as const;

/** Decoding of one file in each case of `Decoding`, beside a package of npm. */
export async function runDecode(): Promise<void> {
  const expositions = findExpositions('decode');
  const node = await measure({ parser: 'none', path: expositions[0]?.path });
  const rows: string[][] = [];
  for (const exposition of expositions) {
    console.error(`decode: ${exposition.name}`);
    rows.push(...(await rowsOf(exposition)));
  }
  console.log(
    `decode: MB/s of text per CPU second, median of ${REPEATS} processes with 9 rounds each (new process: one call in each);
the range is that of the processes' medians. Node.js alone takes ${megabytes(node.peakMemory)} MB.\n`,
  );
  console.log(
    table(
      ['file', 'kB', 'parser', 'MB/s', 'range', 'times', 'CPU s/1000 scrapes', 'peak MB'],
      rows,
    ),
  );
  console.log();
}

async function rowsOf({ name, path, bytes }: Exposition): Promise<string[][]> {
  const measured = new Map(PARSERS.map((parser) => [parser, [] as DecodeFigures[]]));
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [parser, figures] of measured) figures.push(await measure({ parser, path }));
  }
  const speeds = new Map(
    [...measured].map(([parser, all]) => [parser, median(all.flatMap((one) => one.speeds))]),
  );
  return [...measured].map(([parser, all]) => {
    const speed = speeds.get(parser) ?? Number.NaN;
    const peak = megabytes(Math.max(...all.map((one) => one.peakMemory)));
    const file = [name, (bytes / 1e3).toFixed(0), parser];
    if (Number.isNaN(speed)) return [...file, '-', 'refuses it', '-', '-', peak];
    const ratio = speed / (speeds.get(YARDSTICK) ?? Number.NaN);
    return [
      ...file,
      speed.toFixed(0),
      range(
        all.map((one) => median(one.speeds)),
        0,
      ),
      Number.isNaN(ratio) ? '-' : ratio.toFixed(1),
      (bytes / 1e3 / speed).toFixed(2),
      peak,
    ];
  });
}

function measure(input: DecodeCase): Promise<DecodeFigures> {
  return askOnce<DecodeCase, DecodeFigures>('decode/case.ts', input);
}
