import { table } from '../../../cli/describe/table.ts';
import { memoryVariables } from '../../../infra/collector/resources/memory-variables.ts';
import { runDuplicates } from '../duplicates/duplicates.ts';
import { askOnce, FreshProcess } from '../fresh-process.ts';
import { shownVariables } from '../machine.ts';
import { median, megabytes, range } from '../statistics.ts';
import type { CycleCase, CycleCost, CycleFigures, ReceiverType } from './case.ts';
import type { Surroundings } from './surroundings.ts';
import { WORKLOADS } from './workloads.ts';

/** As the function has by default. */
const VARIABLES = memoryVariables(512);

/** Processes for each case. */
const REPEATS = 3;

/** Cycles of a warm process: the first two are left out, for then its code is still being compiled. */
const WARM_CYCLES = 7;
const LEFT_OUT = 2;

/**
 * Whole cycles, from discovery to committed state, with the real SDK clients. Cold is the first cycle of a process, warm
 * are later ones. Targets and AWS APIs are in another process, whose CPU time does not count.
 */
export async function runCycle(): Promise<void> {
  const rows: string[][] = [];
  for (const workload of ['services', 'everything', 'pods', 'sidecars'] as const) {
    rows.push(...(await rowsOf(workload)));
  }
  show(rows);
}

/**
 * Whole cycles in which all samples go to a receiver, too, and what it costs to send each series once.
 *
 * @param part `cycles` or `duplicates`. @default both
 */
export async function runReceivers(part?: string): Promise<void> {
  if (part !== 'cycles') await runDuplicates();
  if (part === 'duplicates') return;
  const rows = await rowsOf('tasks');
  for (const receiver of ['remote write', 'OTLP'] as const) {
    rows.push(...(await rowsOf('tasks', receiver)));
  }
  show(rows);
}

async function rowsOf(workload: keyof typeof WORKLOADS, receiver?: ReceiverType) {
  const to = receiver === undefined ? '' : `, all of it by ${receiver}, too`;
  const title = `${WORKLOADS[workload].title}${to}`;
  console.error(`cycle: ${title}`);
  await using process = await FreshProcess.start('cycle/surroundings.ts');
  const surroundings = await process.ask<string, Surroundings>(workload);
  const input = { surroundings, ...(receiver && { receiver }) };
  return [
    await rowOf(title, 'cold', { ...input, cycles: 1 }, 0),
    await rowOf(title, 'warm', { ...input, cycles: WARM_CYCLES }, LEFT_OUT),
  ];
}

function show(rows: string[][]): void {
  console.log(`cycle: Node.js with ${shownVariables(VARIABLES)}`);
  console.log(
    `cycle: CPU seconds of the collector's process, median of ${REPEATS} processes (warm: of ${WARM_CYCLES - LEFT_OUT} cycles in each)\n`,
  );
  console.log(
    table(
      [
        'workload',
        '',
        'samples',
        'published',
        'MB',
        'CPU s',
        'range',
        'samples/CPU s',
        'MB/s',
        'seconds',
        'peak MB',
      ],
      rows,
    ),
  );
  console.log();
}

async function rowOf(
  title: string,
  temperature: 'cold' | 'warm',
  input: CycleCase,
  leftOut: number,
): Promise<string[]> {
  const costs: CycleCost[] = [];
  const peaks: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const figures = await askOnce<CycleCase, CycleFigures>('cycle/case.ts', input, VARIABLES);
    costs.push(...figures.cycles.slice(leftOut));
    peaks.push(figures.peakMemory);
  }
  const of = (figure: (cost: CycleCost) => number) => median(costs.map(figure));
  const cpuSeconds = of((cost) => cost.cpuSeconds);
  return [
    title,
    temperature,
    String(of((cost) => cost.scraped)),
    String(of((cost) => cost.published)),
    (of((cost) => cost.bytes) / 1e6).toFixed(1),
    cpuSeconds.toFixed(2),
    range(
      costs.map((cost) => cost.cpuSeconds),
      2,
    ),
    (of((cost) => cost.scraped) / cpuSeconds).toFixed(0),
    (of((cost) => cost.bytes) / 1e6 / cpuSeconds).toFixed(1),
    of((cost) => cost.seconds).toFixed(2),
    megabytes(Math.max(...peaks)),
  ];
}
