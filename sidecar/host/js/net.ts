import { host } from './host.ts';
import { Server } from './server.ts';
import { type ConnectOptions, Socket, type SocketOptions } from './socket.ts';

export type { Server, Socket };

/** 4, 6, or 0 for what is no IP address. */
export function isIP(text: string): 0 | 4 | 6 {
  const address = host.canonical(text);
  if (address === '') return 0;
  return address.includes(':') ? 6 : 4;
}

export function connect(options: ConnectOptions): Socket {
  return new Socket(undefined, options).connect(options);
}

export function createServer(options: SocketOptions, listener: (socket: Socket) => void): Server {
  return new Server(options).on('connection', listener);
}
