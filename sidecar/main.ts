import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { askApplication } from './applications.ts';
import { catalogue, newSamples, withHistory } from './catalogue/catalogue.ts';
import { minuteFamilies } from './catalogue/minute.ts';
import type { Task } from './documents/task.ts';
import { createEndpoint } from './endpoint.ts';
import { writeOpenMetrics } from './exposition/open-metrics.ts';
import { writeText } from './exposition/text.ts';
import { isServing } from './health.ts';
import { History } from './history/history.ts';
import { createHttpServer } from './http/server.ts';
import { lastEvents } from './last-events.ts';
import { createPages } from './pages.ts';
import { type Clock, startSampler } from './sampler.ts';
import { readSettings, type Settings } from './settings.ts';
import { VERSION } from './version.ts';

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

const result = readSettings(process.env);
if ('problems' in result) {
  for (const problem of result.problems) log(problem);
  process.exit(MISUSE);
}
if (process.argv[2] === 'health') {
  process.exit((await isServing(result.settings.host, result.settings.port)) ? 0 : FAILURE);
}
await serve(result.settings);

async function serve(settings: Settings): Promise<void> {
  const { host, port } = settings;
  const stopped = Promise.race(STOP_SIGNALS.map((signal) => once(process, signal)));
  const endpoint = createEndpoint({ uri: settings.metadataUri });
  const history = new History(CLOCK.now());
  let task: Task | undefined;
  const sampler = startSampler({
    endpoint,
    clock: CLOCK,
    record(observation, settled) {
      task = observation.task.task;
      history.record(newSamples(observation, settled), CLOCK.now());
    },
    log,
  });
  const latest = async () => {
    await sampler.ready();
    const now = CLOCK.now();
    return [
      ...catalogue(sampler.observation(), endpoint.traffic(), now),
      ...minuteFamilies(history, now),
    ];
  };
  const pages = createPages(
    {
      text: async () => writeText(await latest()),
      openMetrics: async () => writeOpenMetrics(await latest()),
      async history(since) {
        const families = await latest();
        const excerpt = history.excerpt(since);
        const body = writeOpenMetrics(withHistory(families, excerpt));
        return { ...excerpt, body, taken: () => excerpt.take() };
      },
      ...(settings.documents && { document: (path) => endpoint.read(path) }),
      applications: new Map(
        [...settings.applications].map(([name, target]) => [
          name,
          (request) => askApplication(name, target, request),
        ]),
      ),
    },
    settings.token,
    log,
  );
  const server = createHttpServer({ answer: pages });
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

  await stopped;
  setTimeout(() => process.exit(0), STOP_MS);
  server.close();
  if (settings.emf !== undefined) {
    await Promise.race([sampler.finish(), CLOCK.pause(LAST_POLL_MS)]);
    if (task !== undefined) {
      const { lines, dropped } = lastEvents(history, settings.emf, task);
      if (dropped > 0) log(`${dropped} values dropped: too large for an event`);
      const text = lines.map((line) => `${line}\n`).join('');
      await new Promise((resolve) => process.stdout.write(text, resolve));
    }
  }
  process.exit(0);
}

function log(message: string): void {
  process.stderr.write(`fargauge sidecar: ${message}\n`);
}
