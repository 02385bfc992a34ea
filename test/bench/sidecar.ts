import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../../cli/table.ts';
import { bundleSidecar } from '../../infra/bundle.ts';
import { REPOSITORY } from '../../infra/paths.ts';
import { type RestlessEndpoint, startRestlessEndpoint } from './sidecar-endpoint.ts';
import { MeasuredSidecar } from './sidecar-measured.ts';
import { median } from './statistics.ts';

/** An hour's, at one a second. */
const SAMPLES = 3_600;

const STARTS = 15;

/** Seconds of sampling at its real pace for the CPU time. */
const CPU_SECONDS = 60;

const SCRAPES = 25;

const SCRAPED: readonly (readonly [path: string, what: string])[] = [
  ['/metrics', 'a scrape'],
  ['/metrics?since=', 'a scrape of the last 60 samples'],
  ['/metrics?since=0', 'a scrape of all history'],
];

/**
 * The sidecar as its image runs it: size, start, and, after an hour's worth of samples in haste, memory, CPU time at its
 * real pace, and scrapes. `FARGAUGE_BENCH_FLAGS` tries other flags of V8 than the image's.
 */
export async function runSidecar(): Promise<void> {
  const { file } = await bundleSidecar(join(REPOSITORY, 'dist/bench/sidecar'));
  const haste = await bundleSidecar(
    join(REPOSITORY, 'dist/bench/sidecar-haste'),
    join(import.meta.dirname, 'sidecar-haste.ts'),
  );
  const flags = process.env.FARGAUGE_BENCH_FLAGS?.split(' ').filter(Boolean) ?? imageFlags();
  await using endpoint = await startRestlessEndpoint();
  const rows: string[][] = [
    ['size', kilobytes(statSync(file).size), '60 kB'],
    ['start', await startTime([...flags, file], endpoint), '150 ms'],
  ];
  await using sidecar = await MeasuredSidecar.start(
    [...flags, '--import', haste.file, file],
    endpoint.uri,
  );
  while (endpoint.polls < SAMPLES) await sleep(100);
  sidecar.signal('SIGUSR2');
  const before = sidecar.cpuSeconds();
  const { polls } = endpoint;
  const cursor = await cursorOf(sidecar);
  await sleep(CPU_SECONDS * 1000);
  const cpu = (sidecar.cpuSeconds() - before) / CPU_SECONDS;
  const { resident, anonymous } = sidecar.memory();
  rows.push(
    ['private memory', megabytes(anonymous), '18 MB'],
    ['resident memory', megabytes(resident), '62 MB'],
    [
      `CPU, ${endpoint.polls - polls} polls in ${CPU_SECONDS} s`,
      `${(cpu * 100).toFixed(2)} %`,
      '0.2 %',
    ],
  );
  for (const [path, what] of SCRAPED) {
    const { milliseconds, bytes } = await scrapeTime(
      sidecar,
      path.endsWith('=') ? path + cursor : path,
    );
    rows.push([`${what}, ${kilobytes(bytes)}`, `${milliseconds.toFixed(1)} ms`, '20 ms']);
  }
  rows.push(['private memory after the scrapes', megabytes(sidecar.memory().anonymous), '18 MB']);
  console.log(
    `sidecar: ${flags.join(' ') || 'no flags'}; three containers, one sample a second, after ${SAMPLES} samples\n`,
  );
  console.log(table(['', 'measured', 'budget'], rows));
  console.log();
}

/** What stands between `node` and the program in the image's entry point. */
function imageFlags(): string[] {
  const dockerfile = readFileSync(join(REPOSITORY, 'sidecar/Dockerfile'), 'utf8');
  const [, words = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  return (JSON.parse(words) as string[]).slice(1, -1);
}

async function startTime(args: readonly string[], endpoint: RestlessEndpoint): Promise<string> {
  const times: number[] = [];
  for (let n = 0; n < STARTS; n++) {
    await using sidecar = await MeasuredSidecar.start(args, endpoint.uri);
    times.push(sidecar.startMs);
  }
  return `${median(times).toFixed(0)} ms`;
}

async function cursorOf({ url }: MeasuredSidecar): Promise<string> {
  const response = await fetch(`${url}/metrics?since=9999999999`);
  await response.text();
  return response.headers.get('fargauge-history-until') ?? '0';
}

async function scrapeTime(
  { url }: MeasuredSidecar,
  path: string,
): Promise<{ milliseconds: number; bytes: number }> {
  const times: number[] = [];
  let bytes = 0;
  for (let n = 0; n < SCRAPES; n++) {
    const startedAt = performance.now();
    bytes = (await (await fetch(url + path)).arrayBuffer()).byteLength;
    times.push(performance.now() - startedAt);
  }
  return { milliseconds: median(times), bytes };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1e3).toFixed(1)} kB`;
}
