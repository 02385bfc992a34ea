import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../../../cli/describe/table.ts';
import { startRestlessEndpoint } from './endpoint.ts';
import { MeasuredSidecar } from './measured.ts';

/** Tasks of the instance, and the containers of each: the last ones are all that a daemon follows. */
const INSTANCES = [
  [10, 3],
  [50, 3],
  [100, 3],
  [100, 5],
] as const;

/** More than the 95 of 15 minutes, so that all memory for points is taken. */
const POLLS = 110;

/** Seconds at the real pace for the CPU time. */
const CPU_SECONDS = 60;

/** Budgets of the program with 100 tasks of 3 containers; that of resident memory with 5, too. */
const BUDGETS: Readonly<Record<string, string>> = {
  resident: '12 MB',
  CPU: '2 %',
  'a scrape': '500 ms',
  'a minute of history': '1000 ms',
  'highest, after the pages': '14 MB',
};

/** A way to run the sidecar in haste until SIGUSR2. */
interface HastyRuntime {
  readonly name: string;
  readonly hasty: readonly string[];
}

/** A daemon: its memory with 15 minutes of points, its CPU time, and its pages. */
export async function runInstance(runtimes: readonly HastyRuntime[]): Promise<void> {
  const columns: { readonly title: string; readonly figures: ReadonlyMap<string, string> }[] = [];
  for (const runtime of runtimes) {
    for (const [tasks, containers] of INSTANCES) {
      const figures = await measure(runtime, tasks, containers);
      const title = `${runtime.name}, ${tasks} of ${containers}`;
      columns.push({ title, figures });
      console.error(`${title}: ${[...figures].flat().join('; ')}`);
    }
  }
  const rows = Object.entries(BUDGETS).map(([name, budget]) => [
    name,
    ...columns.map(({ figures }) => figures.get(name) ?? ''),
    budget,
  ]);
  console.log(`sidecar: a daemon of tasks and their containers, after ${POLLS} polls\n`);
  console.log(table(['', ...columns.map(({ title }) => title), 'budget'], rows));
  console.log();
}

async function measure(
  { hasty }: HastyRuntime,
  tasks: number,
  count: number,
): Promise<Map<string, string>> {
  await using endpoint = await startRestlessEndpoint({ tasks, count });
  await using daemon = await MeasuredSidecar.start(hasty, endpoint.uri, {
    FARGAUGE_SCOPE: 'instance',
  });
  while (endpoint.polls < POLLS) await sleep(100);
  daemon.signal('SIGUSR2');
  const cursor = (await pagesSince(daemon, '9999999999')).cursor;
  const before = daemon.cpuSeconds();
  await sleep(CPU_SECONDS * 1000);
  const cpu = (daemon.cpuSeconds() - before) / CPU_SECONDS;
  const figures = new Map([
    ['resident', megabytes(daemon.memory().resident)],
    ['CPU', `${(cpu * 100).toFixed(2)} %`],
  ]);
  const startedAt = performance.now();
  const { byteLength } = await (await fetch(`${daemon.url}/metrics`)).arrayBuffer();
  const milliseconds = performance.now() - startedAt;
  figures.set('a scrape', `${milliseconds.toFixed(0)} ms, ${megabytes(byteLength)}`);
  const history = await pagesSince(daemon, cursor);
  figures.set(
    'a minute of history',
    `${history.milliseconds.toFixed(0)} ms, ${megabytes(history.bytes)} in ${history.count}`,
  );
  figures.set('highest, after the pages', megabytes(daemon.memory().highest));
  return figures;
}

/** Asks on until nothing is left. */
async function pagesSince({ url }: MeasuredSidecar, since: string) {
  const startedAt = performance.now();
  const pages = { cursor: since, count: 0, bytes: 0 };
  for (let more = '1'; more === '1'; ) {
    const response = await fetch(`${url}/metrics?since=${pages.cursor}`);
    pages.bytes += (await response.arrayBuffer()).byteLength;
    pages.count += 1;
    pages.cursor = response.headers.get('fargauge-history-until') ?? '0';
    more = response.headers.get('fargauge-history-more') ?? '0';
  }
  return { ...pages, milliseconds: performance.now() - startedAt };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
