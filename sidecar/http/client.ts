import { connect, type Socket } from 'node:net';
import type { Headers } from './head.ts';
import { ResponseReader, type ResponseSink } from './response.ts';

/** Where a request goes: `http` only, all that a task's own network needs. */
export interface RequestTarget {
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
}

/** What comes of a request. After `end` or `fail` nothing follows. */
export interface Receiver {
  head(status: number, headers: Headers): void;
  data(chunk: Buffer): void;
  end(): void;
  /** No connection, one that broke, or an answer that is not HTTP. */
  fail(error: Error): void;
}

/** The target of a URL. */
export function targetOf(url: URL): RequestTarget {
  return {
    // Without the brackets of an IPv6 address.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 80),
    path: `${url.pathname}${url.search}`,
  };
}

/**
 * Sends a request on a connection of its own, which the answer ends: one kept open would often be closed by the other side just
 * when it is used. Callbacks instead of streams and promises: once a second that costs less memory and CPU.
 *
 * @returns the connection, to be destroyed by who wants no more, and to be paused by who is too slow
 */
export function request(target: RequestTarget, receiver: Receiver): Socket {
  const { host, port, path, method = 'GET', headers = {} } = target;
  const socket = connect({ host, port });
  let over = false;
  const finish = (tell: () => void) => {
    if (over) return;
    over = true;
    tell();
    socket.destroy();
  };
  const sink: ResponseSink = {
    head: (status, answered) => receiver.head(status, answered),
    data: (chunk) => {
      if (!over) receiver.data(chunk);
    },
    end: () => finish(() => receiver.end()),
  };
  const reader = new ResponseReader(sink, method === 'HEAD');
  const attempt = (step: () => void) => {
    try {
      if (!over) step();
    } catch (error) {
      finish(() => receiver.fail(error instanceof Error ? error : new Error(String(error))));
    }
  };
  socket
    .on('error', (error) => finish(() => receiver.fail(error)))
    .on('data', (chunk) => attempt(() => reader.add(chunk)))
    .on('end', () => attempt(() => reader.close()));
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const lines = Object.entries({ host: authority, ...headers, connection: 'close' });
  socket.write(
    `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    'latin1',
  );
  return socket;
}
