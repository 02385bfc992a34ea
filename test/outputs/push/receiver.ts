import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Runtime, systemRuntime } from '../../../lambda/outputs/push/runtime.ts';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a receiver answers. */
export type Reply =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  | {
      /** Whatever it does with the connection instead. */
      readonly with: (socket: Socket) => void;
    };

/** A receiver on a real socket; ends with `await using`. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
}

/** Answers each request with the next of the replies, and then with the last of them. */
export async function startReceiver(
  ...replies: readonly (Reply | ((request: ReceivedRequest) => Reply))[]
): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received = {
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    requests.push(received);
    const next = replies[Math.min(requests.length, replies.length) - 1] ?? { status: 200 };
    const reply = typeof next === 'function' ? next(received) : next;
    if ('with' in reply) reply.with(request.socket);
    else response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/v1/write`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Half an answer: its head promises more than comes. */
export const HALF_AN_ANSWER: Reply = {
  with: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf'),
};

/** The real surroundings, but for waiting, which is only written down, and chance, which always gives a half. */
export function impatient(more: Partial<Runtime> = {}): Runtime & { readonly waited: number[] } {
  const waited: number[] = [];
  return {
    ...systemRuntime,
    random: () => 0.5,
    wait: async (milliseconds) => {
      waited.push(milliseconds);
    },
    ...more,
    waited,
  };
}

/** Credentials that nobody checks. */
export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

/** A deadline that does not come. */
export const NO_DEADLINE = new AbortController().signal;
