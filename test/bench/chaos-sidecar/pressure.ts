import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Behaviour, Crowd } from './behaviours.ts';

/** A client whose connection ended comes again after this long, and as long again at most: not all at once. Milliseconds. */
const AGAIN_MS = 500;

/** How long a scrape may take: half of what Prometheus allows. */
const SCRAPE_TIMEOUT_MS = 5_000;

/** What a scraper saw. Times in milliseconds. */
export interface Scrapes {
  readonly asked: number;
  /** Those that had a whole page in time. */
  readonly answered: number;
  readonly slowestMs: number;
}

/** An application of a behaviour, on loopback. */
export interface HostileApplication extends AsyncDisposable {
  /** For `FARGAUGE_TARGETS`. */
  readonly target: string;
}

export async function startApplication({ application }: Behaviour): Promise<HostileApplication> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    // It answers whoever asked.
    socket.once('data', () => application?.(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    target: `web=http://127.0.0.1:${port}/metrics`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A crowd at work, once all of it has been at the door. */
export async function startCrowd(
  url: string,
  { clients, addresses, act }: Crowd,
): Promise<Disposable> {
  const { hostname: host, port } = new URL(url);
  const open = new Set<Socket>();
  let over = false;
  const come = (n: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (over) return Promise.resolve();
    const address = n % addresses;
    const socket = connect({
      host,
      port: Number(port),
      localAddress: `127.2.${Math.floor(address / 250)}.${(address % 250) + 1}`,
      allowHalfOpen: true,
    });
    open.add(socket);
    socket
      .on('connect', () => {
        act(socket);
        resolve();
      })
      .on('error', () => undefined)
      .on('close', () => {
        open.delete(socket);
        resolve();
        setTimeout(() => void come(n), AGAIN_MS * (1 + n / clients)).unref();
      });
    return promise;
  };
  await Promise.all(Array.from({ length: clients }, (_, n) => come(n)));
  return {
    [Symbol.dispose]() {
      over = true;
      for (const socket of open) socket.destroy();
    },
  };
}

/** Scrapes one after the other, with a pause between two. */
export async function scrape(url: string, count: number, pauseMs: number): Promise<Scrapes> {
  let answered = 0;
  let slowestMs = 0;
  for (let n = 0; n < count; n += 1) {
    const startedAt = performance.now();
    if (await isAnswered(url)) answered += 1;
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    await sleep(pauseMs);
  }
  return { asked: count, answered, slowestMs };
}

async function isAnswered(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/metrics`, {
      signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS),
    });
    return response.ok && (await response.text()).includes('\nee_ecs_metrics_exporter_success ');
  } catch {
    return false;
  }
}
