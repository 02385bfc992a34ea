import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a server that can be cut: as a network that is lost, or that swallows all that is sent. */
export interface Line extends AsyncDisposable {
  /** Where it begins. */
  readonly url: string;
  /** Refuses connections, and ends those that there are. */
  cut(): Promise<void>;
  /** Takes connections, and passes nothing on. */
  swallow(): void;
  mend(): Promise<void>;
}

/** Lays a line to the server at a URL. */
export async function layLine(to: string): Promise<Line> {
  const { hostname, port: target } = new URL(to);
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  let port = 0;
  let server: Server | undefined;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const open = async () => {
    if (server !== undefined) return;
    server = createServer((socket) => {
      keep(socket);
      if (isSwallowing) return;
      const onward = keep(connect(Number(target), hostname));
      socket.pipe(onward).pipe(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  const cut = async () => {
    const closing = server;
    server = undefined;
    closing?.close();
    hangUp();
    if (closing?.listening) await once(closing, 'close');
  };
  await open();
  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    cut,
    swallow() {
      isSwallowing = true;
      hangUp();
    },
    async mend() {
      isSwallowing = false;
      hangUp();
      await open();
    },
    [Symbol.asyncDispose]: cut,
  };
}
