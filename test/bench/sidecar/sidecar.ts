import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../../../cli/describe/table.ts';
import { hang } from '../../sidecar/metadata-stand-in.ts';
import { median } from '../statistics.ts';
import { type RestlessEndpoint, startRestlessEndpoint } from './endpoint.ts';
import { runInstance } from './instance.ts';
import { MeasuredSidecar } from './measured.ts';
import { type Runtime, sidecarRuntimes } from './runtimes.ts';

/** An hour's, at one a second. */
const SAMPLES = 3_600;

/** Containers of the task. */
const CONTAINERS = [3, 7] as const;

const STARTS = 15;

/** Seconds of sampling at its real pace for the CPU time. */
const CPU_SECONDS = 60;

const SCRAPES = 25;

const SCRAPED: readonly (readonly [path: string, what: string])[] = [
  ['/metrics', 'a scrape'],
  ['/metrics?since=', 'the last 60 samples'],
  ['/metrics?since=0', 'all history'],
];

/** Budgets of the program; Node.js has none. */
const BUDGETS: Readonly<Record<string, string>> = {
  size: '2.5 MB',
  start: '15 ms',
  resident: '5 MB',
  private: '3 MB',
  CPU: '0.2 % for 3',
  'health check': '',
  'a scrape': '10 ms',
  'the last 60 samples': '20 ms for 3',
  'all history': '100 ms',
  'highest, after the scrapes': '6 MB',
  'private, after the scrapes': '',
};

/**
 * The sidecar as its two images run it: size, start, and, after an hour's worth of samples in haste, memory, CPU time at its
 * real pace, and scrapes; then a daemon of an instance, which is all for the case `instance`.
 */
export async function runSidecar(cases?: string): Promise<void> {
  const runtimes = await sidecarRuntimes();
  if (cases !== 'instance') await runTask(runtimes);
  await runInstance(runtimes);
}

async function runTask(runtimes: readonly Runtime[]): Promise<void> {
  const columns: { readonly title: string; readonly figures: ReadonlyMap<string, string> }[] = [];
  for (const runtime of runtimes) {
    for (const count of CONTAINERS) {
      const figures = await measure(runtime, count);
      const title = `${runtime.name}, ${count} containers`;
      columns.push({ title, figures });
      // It takes minutes, so what is known is told.
      console.error(`${title}: ${[...figures].flat().join('; ')}`);
    }
  }
  const rows = Object.entries(BUDGETS).map(([name, budget]) => [
    name,
    ...columns.map(({ figures }) => figures.get(name) ?? ''),
    budget,
  ]);
  console.log(`sidecar: one sample a second, after ${SAMPLES} samples\n`);
  console.log(table(['', ...columns.map(({ title }) => title), 'budget'], rows));
  console.log();
}

async function measure(
  { bytes, command, hasty }: Runtime,
  count: number,
): Promise<Map<string, string>> {
  await using endpoint = await startRestlessEndpoint({ count });
  const figures = new Map([
    ['size', megabytes(bytes)],
    ['start', await startTime(command, endpoint)],
  ]);
  await using sidecar = await MeasuredSidecar.start(hasty, endpoint.uri);
  while (endpoint.polls < SAMPLES) await sleep(100);
  sidecar.signal('SIGUSR2');
  const before = sidecar.cpuSeconds();
  const cursor = await cursorOf(sidecar);
  await sleep(CPU_SECONDS * 1000);
  const cpu = (sidecar.cpuSeconds() - before) / CPU_SECONDS;
  const { resident, anonymous } = sidecar.memory();
  figures.set('private', megabytes(anonymous));
  figures.set('resident', megabytes(resident));
  figures.set('CPU', `${(cpu * 100).toFixed(2)} %`);
  figures.set('health check', healthTime(command, sidecar));
  for (const [path, what] of SCRAPED) {
    const scraped = await scrapeTime(sidecar, path.endsWith('=') ? path + cursor : path);
    figures.set(what, `${scraped.milliseconds.toFixed(1)} ms, ${kilobytes(scraped.bytes)}`);
  }
  const after = sidecar.memory();
  figures.set('highest, after the scrapes', megabytes(after.highest));
  figures.set('private, after the scrapes', megabytes(after.anonymous));
  return figures;
}

async function startTime(command: readonly string[], endpoint: RestlessEndpoint): Promise<string> {
  const times: number[] = [];
  // The endpoint is in this process: to make an answer takes it longer than a sidecar takes to start.
  endpoint.misbehave(hang);
  for (let n = 0; n < STARTS; n++) {
    await using sidecar = await MeasuredSidecar.start(command, endpoint.uri);
    times.push(sidecar.startMs);
  }
  endpoint.misbehave(undefined);
  return `${median(times).toFixed(1)} ms`;
}

/** From the start of a health check to its end. */
function healthTime([program = '', ...args]: readonly string[], { url }: MeasuredSidecar): string {
  const { hostname, port } = new URL(url);
  const env = {
    ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:9',
    ECS_METRICS_EXPORTER_HOST: hostname,
    ECS_METRICS_EXPORTER_PORT: port,
  };
  const times = Array.from({ length: STARTS }, () => {
    const startedAt = performance.now();
    const { status } = spawnSync(program, [...args, 'health'], { env });
    if (status !== 0) throw new Error(`a health check ended with ${status}`);
    return performance.now() - startedAt;
  });
  return `${median(times).toFixed(1)} ms`;
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
