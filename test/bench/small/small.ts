import { readFileSync } from 'node:fs';
import { table } from '../../../cli/describe/table.ts';
import { startFargauge, temporaryFolder } from '../../cli/fargauge.ts';
import { serveMetrics } from '../../cli/target.ts';
import { startReceiver } from '../../outputs/push/receiver.ts';
import { median, range } from '../statistics.ts';

const SERIES = 300;

/** Processes, each of which collects so many cycles. The first ones of a process compile its code. */
const RUNS = 3;
const WARM_UP = 10;
const CYCLES = 60;

/** Of the kernel's clock for the CPU time of processes: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICK_MS = 10;

interface Figures {
  /** CPU milliseconds until the first cycles are over, and of one cycle after them. */
  readonly startMs: number;
  readonly cycleMs: number;
  readonly residentBytes: number;
}

/** `npm run bench -- small`: the command line as a service for one target, to a receiver of remote write. */
export async function runSmall(): Promise<void> {
  console.log(`small: one target with ${SERIES} counters, by remote write; ${RUNS} processes\n`);
  const runs: Figures[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await figures());
  const row = (name: string, values: readonly number[]) => [
    name,
    median(values).toFixed(1),
    range(values, 1),
  ];
  console.log(
    table(
      ['figure', 'median', 'range'],
      [
        row(
          `CPU ms until cycle ${WARM_UP}`,
          runs.map(({ startMs }) => startMs),
        ),
        row(
          'CPU ms a cycle after it',
          runs.map(({ cycleMs }) => cycleMs),
        ),
        row(
          'resident MB at the end',
          runs.map(({ residentBytes }) => residentBytes / 1e6),
        ),
      ],
    ),
  );
  console.log();
}

async function figures(): Promise<Figures> {
  await using target = await serveMetrics((scrape) =>
    Array.from(
      { length: SERIES },
      (_, n) => `# TYPE metric_${n} counter\nmetric_${n}{zone="a"} ${scrape * n}\n`,
    ).join(''),
  );
  await using receiver = await startReceiver({ status: 204, body: '' });
  const folder = await temporaryFolder();
  try {
    const config = await folder.file('config.json', {
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [target.address] }] }],
      outputs: [{ type: 'remote_write', url: receiver.url }],
    });
    const options = ['--every', '500ms', '--timeout', '5s', '--json'];
    // As the unit and the image start it.
    const env = { NODE_DISABLE_COMPILE_CACHE: '1' };
    await using service = startFargauge(['collect', '--config', config, ...options], env);
    const cycles = (count: number) => service.says(new RegExp(`^(?:\\{.*\\n){${count},}`));
    await cycles(WARM_UP);
    const startMs = cpuMs(service.pid);
    await cycles(WARM_UP + CYCLES);
    const cycleMs = (cpuMs(service.pid) - startMs) / CYCLES;
    return { startMs, cycleMs, residentBytes: residentBytes(service.pid) };
  } finally {
    await folder.remove();
  }
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}
