import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Responder } from '../../sidecar/metadata-stand-in.ts';
import {
  APP,
  SIDECAR,
  START,
  sampleContainer,
  sampleEntry,
  sampleTask,
} from '../../sidecar/sample-documents.ts';
import { sampleInstance } from '../../sidecar/sample-instance.ts';

type Container = readonly [id: string, name: string];

/** As an application, a log router and the sidecar make them. */
const CONTAINERS: readonly Container[] = [
  [APP, 'app'],
  [APP.replace(/1$/, '3'), 'log-router'],
  [SIDECAR, 'sidecar'],
];

/** What else an entry of the ECS agent holds on EC2 with cgroup v1, so that it has its usual 4 kB. */
const MORE_MEMORY = Object.fromEntries(
  [
    ...['active_anon', 'active_file', 'cache', 'dirty', 'inactive_anon', 'inactive_file'],
    ...['mapped_file', 'pgfault', 'pgmajfault', 'pgpgin', 'pgpgout', 'rss', 'rss_huge'],
    ...['unevictable', 'writeback'],
  ].flatMap((name, index) => [
    [name, 4096 * (index + 1001)],
    [`total_${name}`, 4096 * (index + 1001)],
  ]),
);

const PER_CPU = Array.from({ length: 15 }, (_, index) => 7_193_303 * (index + 1000));

/** Seconds between the figures of an instance. */
const INSTANCE_INTERVAL = 10;

/** A task metadata endpoint on loopback whose figures are new at each request. */
export interface RestlessEndpoint extends AsyncDisposable {
  readonly uri: string;
  /** How often the figures were asked for. */
  readonly polls: number;
  /** From now on every answer is another one; with `undefined` as before. */
  misbehave(responder: Responder | undefined): void;
}

/**
 * @param options `count` is how many containers there are, 3 at least; `churn` puts one that was never there before in the place of the third
 *   one with each poll; `tasks` is of how many tasks of `count` containers a daemon sees figures
 */
export async function startRestlessEndpoint({
  count = CONTAINERS.length,
  churn = false,
  tasks = 0,
}: {
  readonly count?: number;
  readonly churn?: boolean;
  readonly tasks?: number;
} = {}): Promise<RestlessEndpoint> {
  const startedAt = Math.floor(Date.now() / 1000) - START;
  let polls = 0;
  let misbehaviour: Responder | undefined;
  const more = Array.from(
    { length: count - CONTAINERS.length },
    (_, index): Container => [containerId(index), `helper-${index}`],
  );
  const all = [...CONTAINERS, ...more];
  const containers = (): readonly Container[] =>
    churn ? [...CONTAINERS.slice(0, 2), [containerId(polls), `job-${polls}`]] : all;
  const server = createServer((request, response) => {
    if (misbehaviour !== undefined) return misbehaviour(response);
    response.setHeader('content-type', 'application/json');
    if (request.url?.endsWith('/tasks')) {
      return response.end(JSON.stringify(sampleInstance(tasks, 0, { containers: count }).tasks));
    }
    if (request.url?.endsWith('/tasks/stats')) {
      polls += 1;
      const second = startedAt + polls * INSTANCE_INTERVAL;
      const stats = { ...MORE_MEMORY, inactive_file: 4096, anon: 90_000_000 + second };
      const changes = {
        memory_stats: { usage: 200_000_000 + second, limit: 2 ** 64, stats },
        percpu_usage: PER_CPU,
      };
      return response.end(
        JSON.stringify(sampleInstance(tasks, second, { containers: count, changes }).stats),
      );
    }
    if (!request.url?.endsWith('/stats')) {
      const Containers = containers().map(([id, name]) => sampleContainer(id, name));
      return response.end(JSON.stringify(sampleTask({ Containers })));
    }
    polls += 1;
    return response.end(JSON.stringify(statsAt(startedAt + polls, containers())));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${port}/v4/0a`,
    get polls() {
      return polls;
    },
    misbehave(responder) {
      misbehaviour = responder;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** As on EC2: its beginning, which is a label, is another one for each. */
function containerId(n: number): string {
  return String(n).padStart(12, '0').padEnd(64, '0');
}

function statsAt(second: number, containers: readonly Container[]): object {
  return Object.fromEntries(
    containers.map(([id]) => {
      const memory = { usage: 200_000_000 + second, limit: 2 ** 63, stats: MORE_MEMORY };
      const entry = sampleEntry(second, { memory_stats: memory, id, percpu_usage: PER_CPU }, 1);
      return [id, entry];
    }),
  );
}
