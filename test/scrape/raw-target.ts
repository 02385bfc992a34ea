import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** A target on a real socket that answers whatever it is told to, byte by byte. */
export interface RawTarget {
  readonly url: string;
  /** The heads of the requests that came. */
  readonly requests: readonly string[];
  /** Connections that came. */
  readonly connections: number;
  /** Resolves when each connection that came was closed. */
  closed(): Promise<void>;
  stop(): Promise<void>;
}

/** What a target does with a request. The socket's errors are taken care of. */
export type Answer = (socket: Socket) => void;

export async function startTarget(answer: Answer): Promise<RawTarget> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const closes: Promise<unknown>[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    closes.push(once(socket, 'close').catch(() => {}));
    // The client may well break off while something is being written.
    socket.on('error', () => {});
    let head = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      head += text;
      if (!head.endsWith('\r\n\r\n')) return;
      requests.push(head);
      answer(socket);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/metrics`,
    requests,
    get connections() {
      return closes.length;
    },
    closed: async () => {
      await Promise.all(closes);
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return address.port;
}

/** The URL of a port at which nobody listens. */
export async function refusingUrl(): Promise<string> {
  const target = await startTarget(() => {});
  await target.stop();
  return target.url;
}

/**
 * An address that never answers the first packet of a connection, as an address without a host does: it listens with the
 * smallest backlog, its thread sleeps instead of accepting, and the backlog is filled.
 */
export async function startUnroutable(): Promise<{ url: string; stop(): Promise<unknown> }> {
  const never = new SharedArrayBuffer(4);
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(workerData), 0, 0));
     });`,
    { eval: true, workerData: never },
  );
  const [port] = (await once(worker, 'message')) as [number];
  const fillers: Socket[] = [];
  for (let waiting = false; !waiting; ) {
    const filler = connect(port, '127.0.0.1');
    filler.on('error', () => {});
    fillers.push(filler);
    // On loopback a connection stands at once, or the queue is full.
    const timer = AbortSignal.timeout(200);
    waiting = await Promise.race([
      once(filler, 'connect').then(() => false),
      once(timer, 'abort').then(() => true),
    ]);
  }
  return {
    url: `http://127.0.0.1:${port}/metrics`,
    stop: () => {
      for (const filler of fillers) filler.destroy();
      return worker.terminate();
    },
  };
}

/** A whole answer with status 200, and what differs from it. */
export function answering(
  body: string | Buffer,
  headers: Readonly<Record<string, string | number>> = {},
  status = '200 OK',
): Answer {
  return (socket) => {
    socket.write(headOf({ 'content-length': Buffer.byteLength(body), ...headers }, status));
    socket.end(body);
  };
}

/** The head of an answer, with the blank line. */
export function headOf(
  headers: Readonly<Record<string, string | number>>,
  status = '200 OK',
): string {
  const all = { 'content-type': 'text/plain; version=0.0.4', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}

/** Writes `chunk` for as long as the other side takes it. */
export function endlessly(socket: Socket, chunk: string | Buffer): void {
  const write = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', write);
  write();
}
