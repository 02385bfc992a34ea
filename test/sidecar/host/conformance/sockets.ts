import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { request } from '../../../../sidecar/http/client.ts';
import { createHttpServer } from '../../../../sidecar/http/server.ts';
import { type Note, type Scenarios, textOf } from './scenario.ts';

const HOST = '127.0.0.1';

/** More than the kernel keeps for a connection whose reader does not read. */
const FLOOD_BYTES = 16 * 1024 * 1024;
const PIECE = 'x'.repeat(65_536);

/** What is allowed for a moment in which nothing must happen. Milliseconds. */
const MOMENT = 60;

export const sockets: Scenarios = {
  async 'a client that ends first still gets its answer'(note) {
    const server = await serve((socket) => {
      noteAll(note, 'server', socket);
      socket.on('data', (chunk) => note(`server has ${chunk.toString()}`));
      socket.on('end', () => void setTimeout(() => socket.end('answer'), MOMENT));
    });
    const client = open(server);
    noteAll(note, 'client', client);
    client.on('data', (chunk) => note(`client has ${chunk.toString()}`));
    client.end('request');
    await once(client, 'close');
    await moment();
  },

  async 'a side that is not half-open ends when the other one does'(note) {
    const server = await serve((socket) => {
      noteAll(note, 'server', socket);
      socket.end('bye');
    });
    const client = open(server);
    noteAll(note, 'client', client);
    client.on('data', (chunk) => note(`client has ${chunk.toString()}`));
    await once(client, 'close');
    await moment();
    note(`client: ended ${client.readableEnded}, finished ${client.writableFinished}`);
  },

  async 'a writer is told to wait, and when to go on'(note) {
    const server = await serve((socket) => void socket.resume());
    const client = open(server);
    await once(client, 'connect');
    let pieces = 0;
    let wrote = true;
    while (wrote && pieces < 1_000) {
      wrote = client.write(PIECE);
      pieces += 1;
    }
    note(`told to wait ${!wrote}, needs drain ${client.writableNeedDrain}, piece ${pieces < 200}`);
    await once(client, 'drain');
    note(`needs drain ${client.writableNeedDrain}`);
    client.destroy();
  },

  async 'what waits for a reader who does not read has a bound, and arrives in the end'(note) {
    let reader: Socket | undefined;
    const server = await serve((socket) => {
      reader = socket;
      socket.pause();
    });
    const client = open(server);
    let written = 0;
    const writing = (async () => {
      while (written < FLOOD_BYTES) {
        written += PIECE.length;
        if (!client.write(PIECE)) await once(client, 'drain');
      }
      client.end();
    })();
    await moment();
    note(`waits for the reader ${written < FLOOD_BYTES}`);
    let read = 0;
    reader?.on('data', (chunk) => {
      read += chunk.length;
    });
    reader?.resume();
    await writing;
    if (reader !== undefined) await once(reader, 'end');
    note(`all of it ${read === FLOOD_BYTES}`);
  },

  async 'nothing comes while a reader pauses'(note) {
    const sending = Promise.withResolvers<Socket>();
    const server = await serve((socket) => sending.resolve(socket));
    const client = open(server);
    client.on('data', (chunk) => {
      note(`has ${chunk.toString()}`);
      client.pause();
    });
    const sender = await sending.promise;
    sender.write('one');
    await moment();
    sender.write('two');
    await moment();
    note('resumes');
    client.resume();
    await moment();
  },

  async 'a reset is an error for the other side alone'(note) {
    const server = await serve((socket) => {
      noteAll(note, 'server', socket);
      socket.on('data', () => void socket.resetAndDestroy());
    });
    const client = open(server);
    const seen: string[] = [];
    noteAll((line) => seen.push(line), 'client', client);
    client.write('request');
    await once(client, 'close').catch(() => undefined);
    await moment();
    for (const line of seen) note(line);
  },

  async 'a refused connection tells its address'(note) {
    const server = await serve(() => undefined);
    const { port } = server.address() as AddressInfo;
    server.close();
    await moment();
    for (const host of [HOST, '::1']) {
      const client = connect({ host, port });
      noteAll(note, 'client', client);
      await once(client, 'error').catch(() => undefined);
      await moment();
      note(`destroyed ${client.destroyed}`);
    }
  },

  async 'a taken port is an error of the server'(note) {
    const first = await serve(() => undefined);
    const { port } = first.address() as AddressInfo;
    const second = createServer({}, () => undefined).listen({ port, host: HOST });
    await once(second, 'listening').catch((error: unknown) => note(textOf(error)));
  },

  async 'silence is told, and a byte puts it off'(note) {
    const sending = Promise.withResolvers<Socket>();
    const server = await serve((socket) => sending.resolve(socket));
    const client = open(server);
    client.on('data', (chunk) => note(`has ${chunk.toString()}`));
    client.setTimeout(3 * MOMENT, () => note('timeout'));
    const sender = await sending.promise;
    await pause(2 * MOMENT);
    sender.write('byte');
    await pause(2 * MOMENT);
    note('not yet');
    await pause(2 * MOMENT);
    note(`destroyed ${client.destroyed}`);
  },

  async 'a reader may bring its own memory'(note) {
    const server = await serve((socket) => void socket.end('0123456789'));
    const { port } = server.address() as AddressInfo;
    const buffer = Buffer.alloc(4);
    const callback = (count: number, given: Uint8Array) => {
      note(`${count} in ${given === buffer}: ${Buffer.from(given.subarray(0, count)).toString()}`);
      return true;
    };
    const client = connect({ host: HOST, port, onread: { buffer, callback } });
    client.on('data', () => note('no such event'));
    await once(client, 'close');
  },

  async 'without a host both families are served'(note) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      note(`peer ${socket.remoteAddress}`);
      socket.end();
    }).listen({ port: 0 });
    await once(server, 'listening');
    const { address, family, port } = server.address() as AddressInfo;
    note(`${address} ${family}`);
    for (const host of [HOST, '::1', 'localhost']) {
      const client = connect({ host, port });
      client.on('data', () => undefined);
      await once(client, 'close');
    }
  },

  async 'events come in their order when a connection is destroyed'(note) {
    const server = await serve((socket) => void socket.write('hello'));
    const client = open(server);
    noteAll(note, 'client', client);
    client.on('data', () => {
      client.destroy(new Error('enough'));
      note(`destroyed ${client.destroyed}, address ${client.remoteAddress}`);
      client.destroy();
      client.end('nothing');
      client.pause().resume();
    });
    await once(client, 'close').catch(() => undefined);
    await moment();
  },

  async 'what is written before the connection stands is sent'(note) {
    const server = await serve((socket) => {
      socket.on('data', (chunk) => note(`server has ${chunk.toString('latin1')}`));
      socket.on('end', () => void socket.end());
    });
    const client = open(server);
    client.cork();
    client.write('caf\u00e9 ', 'latin1');
    client.write('\u20ac');
    client.write(new Uint8Array([0x21]));
    client.uncork();
    client.end();
    client.on('data', () => undefined);
    await once(client, 'close');
  },

  async 'a server that is closed takes no more, and serves whom it has'(note) {
    const sending = Promise.withResolvers<Socket>();
    const server = await serve((socket) => sending.resolve(socket));
    const client = open(server);
    client.on('data', (chunk) => note(`has ${chunk.toString()}`));
    const sender = await sending.promise;
    const { port } = server.address() as AddressInfo;
    server.close();
    const late = connect({ host: HOST, port });
    late.on('error', (error) => note(textOf(error)));
    await once(late, 'close').catch(() => undefined);
    sender.end('still there');
    await once(client, 'close');
  },

  async 'the HTTP server of the sidecar answers'(note) {
    const pieces = ['one ', 'tw\u00f6 ', PIECE.repeat(4)];
    const server = createHttpServer({
      answer: async ({ method, path, query }) => ({
        status: 200,
        headers: { 'x-asked': `${method} ${path} ${query}` },
        body: path === '/pieces' ? pieces : `${path}\n`,
      }),
      requestTimeoutMs: 4 * MOMENT,
    });
    server.listen({ port: 0, host: HOST });
    await once(server, 'listening');
    for (const asked of [
      'GET /text?a=b HTTP/1.1\r\nhost: x\r\n\r\n',
      'HEAD /text HTTP/1.1\r\nhost: x\r\n\r\n',
      'GET /pieces HTTP/1.1\r\nhost: x\r\n\r\n',
      'GET /pieces HTTP/1.0\r\n\r\n',
      'POST / HTTP/1.1\r\nhost: x\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      `GET /${'x'.repeat(9_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      'nonsense\r\n\r\n',
      '\u0016\u0003\u0001',
    ]) {
      const client = open(server);
      let answer = '';
      client.on('data', (chunk) => {
        answer += chunk.toString('latin1');
      });
      client.on('error', () => undefined);
      client.write(asked);
      await once(client, 'close').catch(() => undefined);
      note(
        answer
          .replace(/date: [^\r]+/, 'date: <date>')
          // An expression that looks through all of them takes more memory than the host gives.
          .replaceAll(PIECE, '<piece>'),
      );
    }
  },

  async 'the HTTP client of the sidecar reads'(note) {
    for (const answer of [
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nt: v\r\n\r\n',
      'HTTP/1.0 200 OK\r\n\r\nuntil the end',
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      'SSH-2.0-OpenSSH\r\n\r\n',
      '',
    ]) {
      const server = await serve((socket) => {
        socket.on('data', () => void socket.end(answer));
        socket.on('error', () => undefined);
      });
      const { promise, resolve } = Promise.withResolvers<void>();
      let body = '';
      const { port } = server.address() as AddressInfo;
      request(
        { host: HOST, port, path: '/' },
        {
          head: (status, headers) => note(`${status} ${JSON.stringify([...headers])}`),
          data: (chunk) => {
            body += chunk.toString();
          },
          end: () => resolve(note(`end ${body}`)),
          fail: (error) => resolve(note(`fail ${body} ${error.name} ${error.message}`)),
        },
      );
      await promise;
      server.close();
    }
  },
};

async function serve(listener: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, listener).listen({ port: 0, host: HOST });
  await once(server, 'listening');
  return server;
}

function open(server: Server): Socket {
  const { port } = server.address() as AddressInfo;
  return connect({ host: HOST, port });
}

function noteAll(note: Note, who: string, socket: Socket): void {
  for (const name of ['connect', 'end', 'finish'] as const) {
    socket.on(name, () => note(`${who} ${name}`));
  }
  socket.on('error', (error) => note(`${who} error ${textOf(error)}`));
  socket.on('close', (failed) => note(`${who} close ${failed}`));
  // Only who reads comes to the end.
  socket.resume();
}

function moment(): Promise<void> {
  return pause(MOMENT);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
