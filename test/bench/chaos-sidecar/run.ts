import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../../../cli/describe/table.ts';
import { type RestlessEndpoint, startRestlessEndpoint } from '../sidecar/endpoint.ts';
import { MeasuredSidecar } from '../sidecar/measured.ts';
import { type Runtime, sidecarRuntimes } from '../sidecar/runtimes.ts';
import { BEHAVIOURS, type Behaviour } from './behaviours.ts';
import { scrape, startApplication, startCrowd } from './pressure.ts';

/** Seconds of history that a sidecar has before it is pressed. The memory for all of it is taken with the first. */
const SAMPLES = 300;

const HOUR = 3_600;

/** For about six seconds. */
const SCRAPES = 60;
const SCRAPE_PAUSE_MS = 100;

const HEADINGS = ['behaviour', 'answered', 'slowest', 'resident', 'private', 'CPU'];

/**
 * The sidecar as each of its images runs it, with five minutes of history, while clients, an application or the metadata endpoint misbehave: how
 * many scrapes of an honest client are answered, and what it costs. The last row is an hour of simulated time in which the containers come and go.
 */
export async function runChaosSidecar(): Promise<void> {
  for (const runtime of await sidecarRuntimes()) {
    const rows: string[][] = [];
    for (const behaviour of BEHAVIOURS) rows.push(await press(runtime, behaviour));
    rows.push(await churn(runtime));
    console.log(`chaos-sidecar: ${runtime.name}, ${SCRAPES} scrapes of /metrics in each row\n`);
    console.log(table(HEADINGS, rows));
    console.log();
  }
}

async function press(runtime: Runtime, behaviour: Behaviour): Promise<string[]> {
  await using application = await startApplication(behaviour);
  await using endpoint = await startRestlessEndpoint();
  await using sidecar = await start(runtime, endpoint, application.target, SAMPLES);
  sidecar.signal('SIGUSR2');
  endpoint.misbehave(behaviour.metadata);
  using _crowd = behaviour.crowd && (await startCrowd(sidecar.url, behaviour.crowd));
  return await measure(behaviour.name, sidecar);
}

async function churn(runtime: Runtime): Promise<string[]> {
  await using endpoint = await startRestlessEndpoint({ churn: true });
  await using sidecar = await start(runtime, endpoint, '', HOUR);
  sidecar.signal('SIGUSR2');
  return await measure('an hour, a new container each second', sidecar);
}

async function start(
  { hasty }: Runtime,
  endpoint: RestlessEndpoint,
  target: string,
  samples: number,
): Promise<MeasuredSidecar> {
  const started = await MeasuredSidecar.start(hasty, endpoint.uri, { FARGAUGE_TARGETS: target });
  while (endpoint.polls < samples) await sleep(100);
  return started;
}

async function measure(name: string, sidecar: MeasuredSidecar): Promise<string[]> {
  const most = { resident: 0, anonymous: 0 };
  const look = () => {
    const { resident, anonymous } = sidecar.memory();
    most.resident = Math.max(most.resident, resident);
    most.anonymous = Math.max(most.anonymous, anonymous);
  };
  const timer = setInterval(look, 50);
  const startedAt = performance.now();
  const before = sidecar.cpuSeconds();
  const { asked, answered, slowestMs } = await scrape(sidecar.url, SCRAPES, SCRAPE_PAUSE_MS);
  const cpu = (sidecar.cpuSeconds() - before) / ((performance.now() - startedAt) / 1000);
  clearInterval(timer);
  look();
  return [
    name,
    `${answered} of ${asked}`,
    `${slowestMs.toFixed(0)} ms`,
    `${(most.resident / 1e6).toFixed(1)} MB`,
    `${(most.anonymous / 1e6).toFixed(1)} MB`,
    `${(cpu * 100).toFixed(1)} %`,
  ];
}
