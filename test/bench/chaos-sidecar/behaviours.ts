import type { Socket } from 'node:net';
import { flood, hang, type Responder, status, trickle } from '../../sidecar/metadata-stand-in.ts';

/** One way to press a sidecar: by its clients, an application of its task, or the task metadata endpoint. */
export interface Behaviour {
  readonly name: string;
  /** Absent: no clients but the scraper. */
  readonly crowd?: Crowd;
  /** What the application behind `/metrics/web` does with a connection. */
  readonly application?: (socket: Socket) => void;
  readonly metadata?: Responder;
}

/** Clients that come again whenever their connection ends. */
export interface Crowd {
  readonly clients: number;
  /** Addresses that they share. */
  readonly addresses: number;
  /** Done with a connection that is open. */
  readonly act: (socket: Socket) => void;
}

const KILOBYTE = 1_024;
const MEGABYTE = 1_048_576;

/** Beyond each bound of the server. */
const MANY = 1_000;

/** Every connection that the server has. */
const ALL = 64;

const HEADERS = 'HTTP/1.1\r\nhost: a\r\n';

const get = (path: string) => `GET ${path} ${HEADERS}\r\n`;

const silent = (): void => undefined;

const CHUNKED = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n';

/** Clients that ask for the application's page as often as they can. */
const READERS: Crowd = { clients: 40, addresses: 1, act: ask('/metrics/web') };

export const BEHAVIOURS: readonly Behaviour[] = [
  { name: 'none' },
  { name: 'idle connections', crowd: { clients: MANY, addresses: 250, act: silent } },
  { name: 'idle connections of one address', crowd: { clients: MANY, addresses: 1, act: silent } },
  {
    name: 'headers that come byte by byte',
    crowd: { clients: MANY, addresses: 250, act: dripping },
  },
  {
    name: 'half a request, then the end of its side',
    crowd: { clients: MANY, addresses: 250, act: (socket) => socket.end('GET /metr') },
  },
  {
    name: 'answers taken, connections kept',
    crowd: { clients: MANY, addresses: 250, act: linger },
  },
  {
    name: 'a head without end',
    crowd: { clients: ALL, addresses: 8, act: pour(`GET / ${HEADERS}x: `) },
  },
  { name: 'a path of 8 MiB', crowd: { clients: ALL, addresses: 8, act: hugePath } },
  {
    name: 'a flood after a request',
    crowd: { clients: ALL, addresses: 8, act: pour(get('/metrics')) },
  },
  {
    name: '1,000 requests on a connection at once',
    crowd: { clients: ALL, addresses: 8, act: ask(...Array<string>(MANY).fill('/metrics')) },
  },
  { name: 'resets within the answer', crowd: { clients: ALL, addresses: 8, act: reset } },
  { name: 'TLS and other noise', crowd: { clients: ALL, addresses: 8, act: noise } },
  {
    name: 'readers of all history who do not read',
    crowd: { clients: ALL, addresses: 64, act: dawdle },
  },
  { name: 'an application that hangs', crowd: READERS, application: silent },
  {
    name: 'an application that drips',
    crowd: READERS,
    application: (socket) => socket.write(CHUNKED, () => drip(socket, 'x')),
  },
  { name: 'an application without end', crowd: READERS, application: pour(CHUNKED) },
  {
    name: 'an application that announces 1 GiB',
    crowd: READERS,
    application: pour('HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n'),
  },
  {
    name: 'an application that resets',
    crowd: READERS,
    application: (socket) => socket.resetAndDestroy(),
  },
  {
    name: 'an application with a head without end',
    crowd: READERS,
    application: pour('HTTP/1.1 200 OK\r\nx: '),
  },
  { name: 'an endpoint that hangs', metadata: hang },
  { name: 'an endpoint that drips', metadata: trickle },
  { name: 'an endpoint without end', metadata: flood },
  { name: 'an endpoint that answers HTML', metadata: status(200, '<html>'.repeat(KILOBYTE)) },
  { name: 'an endpoint of deep JSON', metadata: status(200, '{"a":'.repeat(KILOBYTE * 256)) },
  {
    name: 'an endpoint of 60,000 containers',
    metadata: status(
      200,
      `{"Containers":[${Array.from({ length: 60_000 }, (_, n) => `{"DockerId":"${n}","Name":"a"}`)}]}`,
    ),
  },
];

function ask(...paths: readonly string[]): (socket: Socket) => void {
  return (socket) => {
    socket.resume().write(paths.map(get).join(''));
  };
}

function linger(socket: Socket): void {
  // The crowd's connections do not end by themselves.
  ask('/metrics')(socket);
}

/** A byte each 200 ms. */
function drip(socket: Socket, byte: string): void {
  const timer = setInterval(() => socket.write(byte), 200);
  socket.on('close', () => clearInterval(timer));
}

function dripping(socket: Socket): void {
  socket.write(`GET /metrics ${HEADERS}x: `);
  drip(socket, 'x');
}

/** As much as the other side takes. */
function pour(beginning: string): (socket: Socket) => void {
  return (socket) => {
    const chunk = Buffer.alloc(64 * KILOBYTE, 'x');
    const more = (error?: Error | null) => {
      if (!error && !socket.destroyed) socket.write(chunk, more);
    };
    socket.resume().write(beginning, more);
  };
}

function hugePath(socket: Socket): void {
  socket.resume().write(get(`/${'x'.repeat(8 * MEGABYTE)}`));
}

function reset(socket: Socket): void {
  socket.once('data', () => socket.resetAndDestroy());
  socket.write(get('/metrics?since=0'));
}

function noise(socket: Socket): void {
  socket.resume().write(Buffer.concat([Buffer.from('\x16\x03\x01'), Buffer.alloc(KILOBYTE, 0xff)]));
}

function dawdle(socket: Socket): void {
  socket.pause().write(get('/metrics?since=0'));
}
