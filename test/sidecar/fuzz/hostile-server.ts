import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Delivery, deliver } from './delivery.ts';

/** A server on loopback whose answers are whatever it is given. */
export interface HostileServer extends AsyncDisposable {
  readonly port: number;
  /** Requests so far. */
  readonly requests: number;
}

/** @param next the answer to the request for this path */
export async function startHostileServer(next: (path: string) => Delivery): Promise<HostileServer> {
  const open = new Set<Socket>();
  let requests = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket
      .on('close', () => open.delete(socket))
      .on('error', () => undefined)
      .on('end', () => socket.end())
      .on('data', (chunk) => {
        // Whoever asks sends the head of a request as one.
        const [, path] = /^\w+ (\S+) HTTP/.exec(chunk.toString('latin1')) ?? [];
        if (path === undefined) return;
        requests += 1;
        void deliver(socket, next(path));
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
