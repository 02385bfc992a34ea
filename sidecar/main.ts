import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { historyPage, latestPage, type PageSource } from './catalogue/page.ts';
import { recordPoll } from './catalogue/recording.ts';
import { INSTANCE_SUBJECT, subjectOf } from './catalogue/samples.ts';
import { VERSION } from './catalogue/version.ts';
import type { Events } from './emf/events.ts';
import { type EventTask, lastEvents } from './emf/last-events.ts';
import { writeOpenMetrics } from './exposition/open-metrics.ts';
import { writeText } from './exposition/text.ts';
import { MAX_CONTAINERS, MAX_TASKS } from './figures/followed-tasks.ts';
import { boundsOfInstance } from './history/bounds.ts';
import { History } from './history/history.ts';
import { readPosition, writePosition } from './history/position.ts';
import { Connections } from './http/connections.ts';
import { createHttpServer } from './http/server.ts';
import { createEndpoint, type Endpoint } from './sampling/endpoint.ts';
import { type Clock, type Sampler, startSampler } from './sampling/sampler.ts';
import { askApplication } from './serving/applications.ts';
import { isServing } from './serving/health.ts';
import { dropPrivileges, listenOutside } from './serving/outside.ts';
import { type Contents, createPages } from './serving/pages.ts';
import { readSettings, type Settings } from './settings.ts';

/** Exit codes. */
const FAILURE = 1;
const MISUSE = 2;

/** How long the last poll may take when the task is stopped, and everything together. */
const LAST_POLL_MS = 400;
const STOP_MS = 900;

const CLOCK: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

process.stderr.on('error', () => undefined);

const result = readSettings(process.env);
if ('problems' in result) {
  for (const problem of result.problems) log(problem);
  process.exit(MISUSE);
}
if (process.argv[2] === 'health') {
  if (result.settings.namespace !== undefined) dropPrivileges();
  process.exit((await isServing(result.settings.host, result.settings.port)) ? 0 : FAILURE);
}
await serve(result.settings);

async function serve(settings: Settings): Promise<void> {
  const stopped = Promise.race(STOP_SIGNALS.map((signal) => once(process, signal)));
  const endpoint = createEndpoint({ uri: settings.metadataUri });
  const { scope } = settings;
  const history = new History(
    CLOCK.now(),
    scope === 'task' ? undefined : boundsOfInstance(MAX_TASKS, MAX_CONTAINERS),
  );
  /** By their subjects in the history. */
  const tasks = new Map<string, EventTask>();
  const sampler = startSampler({
    endpoint,
    clock: CLOCK,
    scope,
    record(poll) {
      for (const key of poll.forgotten) tasks.delete(key);
      for (const { observation } of poll.changed) {
        const { task } = observation.task;
        const { cluster, launchType, availabilityZone } = task;
        tasks.set(subjectOf(observation), task);
        if (sampler.ofInstance) {
          tasks.set(INSTANCE_SUBJECT, { cluster, launchType, availabilityZone });
        }
      }
      recordPoll(history, poll, sampler.ofInstance ? 'instance' : 'task', CLOCK.now());
    },
    log,
  });
  const connections = new Connections();
  const source = (): PageSource => ({
    known: sampler.known(),
    ended: sampler.ended(),
    scope: sampler.ofInstance ? 'instance' : 'task',
    history,
    traffic: endpoint.traffic(),
    losses: {
      connections: connections.displaced,
      points: history.lost,
      elements: sampler.skipped,
    },
    now: CLOCK.now(),
  });
  const contents = contentsOf(settings, endpoint, sampler, source);
  const answer = createPages(contents, settings.token, log);
  const server = createHttpServer({ answer, connections });
  const { port } = await listen(server, settings);
  let outside: Server | undefined;
  if (settings.namespace !== undefined) {
    outside = createHttpServer({ answer, connections });
    await open(outside, settings.namespace, port);
    dropPrivileges();
  }
  await stopped;

  // Whatever hangs: ECS kills what does not end.
  setTimeout(() => process.exit(0), STOP_MS);
  server.close();
  outside?.close();
  if (settings.emf !== undefined) {
    await Promise.race([sampler.finish(), CLOCK.pause(LAST_POLL_MS)]);
    await write(lastEvents(history, settings.emf, tasks));
  }
  process.exit(0);
}

function contentsOf(
  { documents, applications }: Settings,
  endpoint: Endpoint,
  sampler: Sampler,
  source: () => PageSource,
): Contents {
  const latest = async () => {
    await sampler.ready();
    return latestPage(source());
  };
  return {
    ofInstance: () => sampler.ofInstance,
    text: async () => writeText(await latest()),
    openMetrics: async () => writeOpenMetrics(await latest()),
    async history(cursor, wholeMinutes) {
      const position = readPosition(cursor);
      if (position === undefined) return undefined;
      await sampler.ready();
      const page = source();
      const excerpt = page.history.excerpt(position, wholeMinutes ? page.now : undefined);
      const body = writeOpenMetrics(historyPage(page, excerpt));
      const until = writePosition(excerpt.until);
      return { ...excerpt, until, body, taken: () => excerpt.take() };
    },
    ...(documents && { document: (path) => endpoint.read(path) }),
    applications: new Map(
      [...applications].map(([name, target]) => [
        name,
        (request) => askApplication(name, target, request),
      ]),
    ),
  };
}

async function listen(server: Server, { host, port }: Settings): Promise<AddressInfo> {
  try {
    server.listen({ port, host });
    await once(server, 'listening');
  } catch (error) {
    log(`cannot listen on ${host ?? 'all interfaces'}, port ${port}: ${String(error)}`);
    process.exit(FAILURE);
  }
  server.on('error', (error) => log(`server: ${String(error)}`));
  const address = server.address() as AddressInfo;
  log(`${VERSION} listening on ${address.address} port ${address.port}`);
  return address;
}

/** Without the other network, clients in the own one still get answers. */
async function open(server: Server, namespace: string, port: number): Promise<void> {
  const problem = await listenOutside(server, namespace, port);
  if (problem === undefined) log(`listening in the network of ${namespace} too, port ${port}`);
  else log(`cannot listen in the network of ${namespace}, port ${port}: ${problem}`);
  server.on('error', (error) => log(`server: ${String(error)}`));
}

/** Resolves when standard output has taken all of it. */
function write({ lines, dropped }: Events): Promise<unknown> {
  if (dropped > 0) log(`${dropped} values dropped: their labels are too long for an event`);
  const text = lines.map((line) => `${line}\n`).join('');
  // Nobody may be left to read it, or the disk behind it may be full.
  process.stdout.on('error', (error) => log(`cannot write the last figures: ${String(error)}`));
  return new Promise((resolve) => process.stdout.write(text, resolve));
}

function log(message: string): void {
  process.stderr.write(`fargauge sidecar: ${message}\n`);
}
