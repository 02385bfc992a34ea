import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { answerParent } from '../answer-parent.ts';
import { answer, type Behaviour } from './behaviour.ts';
import { behaviourOf } from './behaviours.ts';
import { killProcess } from './kill-process.ts';

export type TargetsRequest =
  | {
      readonly kind: 'start';
      readonly healthy: number;
      /** The name of each hostile target's behaviour. */
      readonly hostile: readonly string[];
    }
  /** Kills a process when so many healthy targets are being scraped from now on. */
  | { readonly kind: 'kill'; readonly pid: number; readonly scrapes: number }
  /** The counters of the healthy targets as they were last told. */
  | { readonly kind: 'counters' };

export interface TargetsAnswer {
  /** `host:port`. */
  readonly healthy: readonly string[];
  readonly hostile: readonly { readonly address: string; readonly scheme?: 'https' | undefined }[];
  /** One for each healthy target, in their order. */
  readonly counters: readonly number[];
}

/** Series of a healthy target beside those that are published. */
const OTHER_SERIES = Array.from(
  { length: 100 },
  (_, n) => `http_requests_total{route="/orders/${n % 20}",status="${200 + (n % 5)}"} ${n}\n`,
).join('');

/** Connections that the kernel keeps until they are accepted. */
const BACKLOG = 4_096;

/** How much a counter grows before each scrape. */
const STEP = 7;

const healthy: string[] = [];
const counters: number[] = [];
const hostile: { address: string; behaviour: Behaviour }[] = [];
const byHost = new Map<string, number | Behaviour>();
let killing: { pid: number; left: number } | undefined;
let visits = 0;

answerParent(async (request: TargetsRequest): Promise<TargetsAnswer> => {
  if (request.kind === 'start') await start(request.healthy, request.hostile);
  if (request.kind === 'kill') killing = { pid: request.pid, left: request.scrapes };
  return {
    healthy,
    hostile: hostile.map(({ address, behaviour: { scheme } }) => ({ address, scheme })),
    counters,
  };
});

/** One server for all: a target is known by the address that was called. */
async function start(count: number, behaviours: readonly string[]): Promise<void> {
  const server = createServer(accept);
  server.listen({ port: 0, host: '0.0.0.0', backlog: BACKLOG });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let next = 0;
  // Each kind in a network of its own, for they are of different processes.
  const network = count > 0 ? 90 : 91;
  const hostOf = () => `127.${network}.${next >> 8}.${next++ & 255}`;
  for (let n = 0; n < count; n++) {
    const host = hostOf();
    byHost.set(host, n);
    healthy.push(`${host}:${port}`);
    counters.push(0);
  }
  for (const name of behaviours) {
    const host = hostOf();
    const behaviour = behaviourOf(name);
    byHost.set(host, behaviour);
    hostile.push({ address: `${host}:${port}`, behaviour });
  }
}

function accept(socket: Socket): void {
  // Who is killed, or has enough, breaks off.
  socket.on('error', () => {});
  const target = byHost.get(socket.localAddress ?? '');
  if (target === undefined) {
    socket.destroy();
    return;
  }
  if (typeof target === 'object' && target.connected !== undefined) {
    socket.resume();
    target.connected(socket);
    return;
  }
  let head = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    if (head.endsWith('\r\n\r\n')) return;
    head += text;
    if (!head.endsWith('\r\n\r\n')) return;
    if (typeof target === 'number') serve(socket, target);
    else target.asked?.(socket, visits++);
  });
}

function serve(socket: Socket, target: number): void {
  const value = (counters[target] ?? 0) + STEP;
  counters[target] = value;
  if (killing !== undefined && --killing.left <= 0) {
    killProcess(killing.pid);
    killing = undefined;
  }
  const published = `# TYPE shop_orders_total counter\nshop_orders_total ${value}\n# TYPE shop_temperature gauge\nshop_temperature 21\n`;
  answer(socket, `${published}# TYPE http_requests_total counter\n${OTHER_SERIES}`);
}
