import { connect, type Socket } from 'node:net';
import type { Headers } from './head.ts';
import { ResponseReader, type ResponseSink } from './response.ts';

/** Most answers of the task metadata endpoint fit into this. */
const READ_BYTES = 32_768;

/** Largest piece of an answer that is passed on. */
const RELAY_BYTES = 16_384;

/** The address of a request: `http` only, which is enough in a task's own network. */
export interface RequestTarget {
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
}

/** Receives the parts of an answer. No call follows `end` or `fail`. */
export interface Receiver {
  head(status: number, headers: Headers): void;
  data(chunk: Buffer): void;
  end(): void;
  /** There was no connection, it broke, or the answer is not HTTP. */
  fail(error: Error): void;
}

/** The target of a URL. */
export function targetOf(url: URL): RequestTarget {
  return {
    // Removes the brackets of an IPv6 address.
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
 * Sends requests to one address, one after the other, on one connection while the other side keeps it open. If that
 * closes it at the beginning of a request, the request is sent once more on a new one. Simultaneous requests have
 * connections of their own.
 */
export class KeptConnection {
  readonly #address: Omit<RequestTarget, 'path'>;
  readonly #buffer = Buffer.alloc(READ_BYTES);
  #idle: Socket | undefined;

  constructor(address: Omit<RequestTarget, 'path'>) {
    this.#address = address;
  }

  /**
   * @param receiver its `data` must not keep a chunk, because its memory is reused
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

/** Receives the result of a request on a connection that may stay open. */
interface Outcome extends Pick<Receiver, 'head' | 'data'> {
  /** @param reusable whether the connection can take another request */
  end(reusable: boolean): void;
  /** @param answered whether any byte came before */
  fail(error: Error, answered: boolean): void;
}

/**
 * Opens a connection that reads every chunk into this memory. Memory of its own for each chunk would stay until V8
 * collects it, which is seldom.
 */
function openInto(buffer: Buffer, to: { readonly host: string; readonly port: number }): Socket {
  const callback = (bytes: number): boolean => socket.emit('data', buffer.subarray(0, bytes));
  const socket: Socket = connect({ ...to, onread: { buffer, callback } });
  // Errors after the end of the exchange do not matter.
  return socket.on('error', () => undefined);
}

/** Sends a request and passes the answer on. Once a second, callbacks cost less memory and CPU than streams and promises. */
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
