import { once } from 'node:events';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Connections } from '../../../sidecar/http/connections.ts';
import { createHttpServer, type Reply } from '../../../sidecar/http/server.ts';

const UP: Reply = { status: 200, headers: { 'content-type': 'text/plain' }, body: 'up 1\n' };

/** Answers at the same time and connections without a request, of all peers together; and connections of one. */
const MAX_ANSWERS = 64;
const MAX_SILENT = 128;
const MAX_OF_PEER = 56;

describe('The connections of the HTTP server', () => {
  let connections: Connections;
  let server: Server;
  let port: number;
  let clients: Socket[];
  /** The answer to requests for `/slow`. */
  let slow: PromiseWithResolvers<Reply>;

  beforeEach(async () => {
    clients = [];
    slow = Promise.withResolvers();
    connections = new Connections();
    server = createHttpServer({
      answer: async ({ path }) => {
        server.emit('asked');
        return path === '/slow' ? slow.promise : UP;
      },
      connections,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterEach(async () => {
    slow.resolve(UP);
    for (const client of clients) client.destroy();
    server.close();
    await once(server, 'close');
  });

  it('without a request give way to the 129th: the one that waits longest', async () => {
    const [first, second] = await silent(MAX_SILENT, distinct);
    const closed = end(first!);
    await open('127.0.9.9');
    await closed;

    expect(await scrape()).toMatch(/up 1\n$/);
    expect(second!.destroyed).toBe(false);
    expect(connections.displaced).toEqual(new Map([['silent', 1]]));
  });

  it('are bounded for a peer: its own give way to its 57th', async () => {
    const other = await open('127.0.9.9');
    const [first] = await silent(MAX_OF_PEER, () => '127.0.0.2');
    const closed = end(first!);
    await open('127.0.0.2');
    await closed;

    expect(other.destroyed).toBe(false);
  });

  it('of the peer that has most of them give way before older ones of others', async () => {
    const [oldest] = await silent(MAX_SILENT - 3, distinct);
    const [first] = await silent(3, () => '127.0.0.2');
    const closed = end(first!);
    await open('127.0.9.9');
    await closed;

    expect(oldest!.destroyed).toBe(false);
  });

  it('with an answer under way stay, however many silent ones come', async () => {
    const page = readAll(await ask('127.0.0.2'));
    await silent(200, distinct);
    slow.resolve(UP);

    expect(await page).toMatch(/up 1\n$/);
  });

  it('keep the place of one whose request is late, however many answers are under way', async () => {
    const late = await open('127.0.9.9');
    for (let n = 0; n < 2 * MAX_ANSWERS; n += 1) await ask(distinct(n));
    late.write('GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n');

    expect(await readAll(late)).toMatch(/up 1\n$/);
    expect(connections.displaced.has('silent')).toBe(false);
  });

  it('with an answer under way give way to the 65th answer, with a reset', async () => {
    const crowd: Socket[] = [];
    for (let n = 0; n < MAX_ANSWERS - 2; n += 1) crowd.push(await ask(distinct(n)));
    const [first] = [await ask('127.0.0.2'), await ask('127.0.0.2')];
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => first!.once('error', resolve));

    await ask('127.0.9.9');
    expect(await failed).toMatchObject({ code: 'ECONNRESET' });
    expect(crowd.every((socket) => !socket.destroyed)).toBe(true);
    expect(connections.displaced).toEqual(new Map([['asked', 1]]));
  });

  it('are read before they give way, however many come at once', async () => {
    const crowd = (from: number) =>
      Array.from({ length: 100 }, (_, n) =>
        connect({ port, host: '127.0.0.1', localAddress: distinct(from + n) }).on(
          'error',
          () => {},
        ),
      );
    clients.push(...crowd(0));
    const honest = connect({ port, host: '127.0.0.1' });
    honest.write('GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n');
    clients.push(honest, ...crowd(100));

    expect(await readAll(honest)).toMatch(/up 1\n$/);
  });

  it('whose clients have the answer and do not leave give way first, and are no loss', async () => {
    const waiting = await open('127.0.9.9');
    for (let n = 0; n < MAX_ANSWERS - 1; n += 1) {
      const lingering = await open(distinct(n), true);
      lingering.write('GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n');
      await once(lingering.resume(), 'end');
    }

    expect(await scrape()).toMatch(/up 1\n$/);
    expect(waiting.destroyed).toBe(false);
    expect(connections.displaced.size).toBe(0);
  });

  it.each([
    ['say nothing', '', false],
    ['send headers without end', 'GET /metrics HTTP/1.1\r\nx-slow: 1\r\n', false],
    ['send half a request and close their side', 'GET /metr', true],
  ])(
    'let scrapes through under 1,000 clients of one or many addresses that %s',
    async (_, bytes, endsIt) => {
      for (let n = 0; n < 1000; n += 1) {
        const hostile = await open(n % 2 === 0 ? '127.0.0.2' : distinct(n), true);
        if (bytes !== '') hostile.write(bytes);
        if (endsIt) hostile.end();
        if (n % 50 === 0) expect(await scrape()).toMatch(/up 1\n$/);
      }
    },
  );

  /** A client at an address of its own in 127.0.0.0/8, which the server has taken in. */
  async function open(peer: string, allowHalfOpen = false): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: peer, allowHalfOpen });
    socket.on('error', () => undefined);
    clients.push(socket);
    await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
    return socket;
  }

  async function silent(count: number, peerOf: (n: number) => string): Promise<Socket[]> {
    const sockets: Socket[] = [];
    for (let n = 0; n < count; n += 1) sockets.push(await open(peerOf(n)));
    // A client sees its end only while it reads.
    for (const socket of sockets) socket.resume();
    return sockets;
  }

  /** A client whose answer is under way. */
  async function ask(peer: string): Promise<Socket> {
    const socket = await open(peer);
    const asked = once(server, 'asked');
    socket.write('GET /slow HTTP/1.1\r\nhost: a\r\n\r\n');
    await asked;
    return socket.resume();
  }

  async function scrape(): Promise<string> {
    const socket = await open('127.0.0.1');
    socket.write('GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n');
    return readAll(socket);
  }
});

/** Resolves when the connection has ended, however it did. */
function end(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Another address for each of the first 50,000. */
function distinct(n: number): string {
  return `127.1.${Math.floor(n / 250)}.${(n % 250) + 1}`;
}
