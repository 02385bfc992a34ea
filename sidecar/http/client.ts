import { connect, type Socket } from 'node:net';
import type { Headers } from './head.ts';
import { ResponseReader, type ResponseSink } from './response.ts';

/** An answer of the task metadata endpoint has this at most, mostly. */
const READ_BYTES = 32_768;

/** An answer that is passed on comes in pieces of this at most. */
const RELAY_BYTES = 16_384;

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
 * Sends a request on a connection of its own, which the answer ends.
 *
 * @param receiver its `data` may keep a chunk until the socket, which it pauses, is resumed: then the memory is used again
 */
export function request(target: RequestTarget, receiver: Receiver): Socket {
  const { host, port } = target;
  const socket = openInto(Buffer.alloc(RELAY_BYTES), { host, port });
  exchange(socket, target, {
    head: (status, headers) => receiver.head(status, headers),
    data: (chunk) => receiver.data(chunk),
    end() {
      receiver.end();
      socket.destroy();
    },
    fail(error) {
      receiver.fail(error);
      socket.destroy();
    },
  });
  return socket;
}

/**
 * Requests to one address, one after the other on one connection, as long as the other side leaves it open. Where that
 * closes it just when it is used, a request is sent once more on a new one. Requests at the same time have connections
 * of their own.
 */
export class KeptConnection {
  readonly #address: Omit<RequestTarget, 'path'>;
  readonly #buffer = Buffer.alloc(READ_BYTES);
  #idle: Socket | undefined;

  constructor(address: Omit<RequestTarget, 'path'>) {
    this.#address = address;
  }

  /**
   * @param receiver its `data` must not keep a chunk, whose memory is used again
   * @returns breaks the request off; to be called only before its end
   */
  request(path: string, receiver: Receiver): () => void {
    const kept = this.#idle;
    this.#idle = undefined;
    let socket = kept ?? this.#open();
    const start = () =>
      exchange(
        socket,
        { ...this.#address, path },
        {
          head: (status, headers) => receiver.head(status, headers),
          data: (chunk) => receiver.data(chunk),
          end: (reusable) => {
            this.#keepOrClose(socket, reusable);
            receiver.end();
          },
          fail: (error, answered) => {
            socket.destroy();
            if (socket !== kept || answered) return receiver.fail(error);
            socket = this.#open();
            start();
          },
        },
        'keep-alive',
      );
    start();
    return () => socket.destroy();
  }

  #open(): Socket {
    const { host, port } = this.#address;
    const socket = openInto(this.#buffer, { host, port });
    const closeIdle = () => {
      if (this.#idle !== socket) return;
      this.#idle = undefined;
      socket.destroy();
    };
    return socket.on('data', closeIdle).on('end', closeIdle).on('error', closeIdle);
  }

  #keepOrClose(socket: Socket, reusable: boolean): void {
    if (reusable && !socket.destroyed && this.#idle === undefined) this.#idle = socket;
    else socket.destroy();
  }
}

/** What comes of a request on a connection that goes on. */
interface Outcome extends Pick<Receiver, 'head' | 'data'> {
  /** @param reusable whether the connection can take another request */
  end(reusable: boolean): void;
  /** @param answered whether any byte came before */
  fail(error: Error, answered: boolean): void;
}

/**
 * Opens a connection that reads into this memory, each chunk into the same: memory of its own for each would live in the process
 * until V8 thinks of it, which is seldom.
 */
function openInto(buffer: Buffer, to: { readonly host: string; readonly port: number }): Socket {
  const callback = (bytes: number): boolean => socket.emit('data', buffer.subarray(0, bytes));
  const socket: Socket = connect({ ...to, onread: { buffer, callback } });
  // What fails when nobody listens any more is nobody's concern.
  return socket.on('error', () => undefined);
}

/** Sends a request and hands the answer on. Callbacks instead of streams and promises: once a second that costs less memory and CPU. */
function exchange(
  socket: Socket,
  { host, port, path, method = 'GET', headers = {} }: RequestTarget,
  outcome: Outcome,
  connection: 'close' | 'keep-alive' = 'close',
): void {
  let over = false;
  let answered = false;
  const finish = (tell: () => void) => {
    if (over) return;
    over = true;
    socket.off('data', add).off('end', close).off('error', fail);
    tell();
  };
  const fail = (error: Error) => finish(() => outcome.fail(error, answered));
  const attempt = (step: () => void) => {
    try {
      step();
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const sink: ResponseSink = {
    head: (status, given) => outcome.head(status, given),
    data: (chunk) => {
      if (!over) outcome.data(chunk);
    },
    end: (reusable) => finish(() => outcome.end(reusable)),
  };
  const reader = new ResponseReader(sink, method === 'HEAD');
  const add = (chunk: Buffer) => {
    answered = true;
    attempt(() => reader.add(chunk));
  };
  const close = () => attempt(() => reader.close());
  socket.on('data', add).on('end', close).on('error', fail);
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const lines = Object.entries({ host: authority, ...headers, connection });
  socket.write(
    `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    'latin1',
  );
}
