import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KeptConnection, type Receiver, request, targetOf } from '../../../sidecar/http/client.ts';
import { ResponseError } from '../../../sidecar/http/response.ts';

describe('The HTTP client', () => {
  let server: Server;
  let asked: string;
  /** Writes the answer. */
  let respond: (socket: Socket) => void;

  beforeEach(async () => {
    asked = '';
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        asked += chunk.toString('latin1');
        if (asked.endsWith('\r\n\r\n')) respond(socket);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.close();
    await once(server, 'close');
  });

  it('asks for a path on a connection of its own', async () => {
    respond = (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi');
    const { port } = server.address() as AddressInfo;

    await get({ path: '/v4/a?b=c', headers: { accept: 'text/plain' } });

    expect(asked).toBe(
      `GET /v4/a?b=c HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: text/plain\r\nconnection: close\r\n\r\n`,
    );
  });

  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 200, 'hello'],
    ['a length of 0', 'HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n', 500, ''],
    ['more than its length', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhello', 200, 'he'],
    ['the end of the connection', 'HTTP/1.0 200 OK\r\n\r\nhello', 200, 'hello'],
    ['no reason phrase', 'HTTP/1.1 200\r\n\r\nhello', 200, 'hello'],
    [
      'chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n, 10 chars\r\n0\r\n\r\n',
      200,
      'hello, 10 chars',
    ],
    [
      'chunks with trailers',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n\r\n\r\n00\r\na: b\r\nc: d\r\n\r\n',
      200,
      '\r\n',
    ],
    [
      'a preliminary answer before it',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\na: b\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi',
      200,
      'hi',
    ],
    [
      'a status without a body',
      'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello',
      204,
      '',
    ],
  ])('reads an answer with %s, whole and byte by byte', async (_, answer, status, body) => {
    respond = (socket) => socket.end(answer);
    expect(await get({})).toEqual({ status, body });

    asked = '';
    respond = async (socket) => {
      socket.setNoDelay(true);
      for (const byte of answer) {
        socket.write(byte);
        await new Promise(setImmediate);
      }
      socket.end();
    };
    expect(await get({})).toEqual({ status, body });
  });

  it('expects no body after HEAD', async () => {
    respond = (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n');

    expect(await get({ method: 'HEAD' })).toEqual({ status: 200, body: '' });
  });

  it.each([
    ['something else', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'no HTTP/1.1 response'],
    ['headers without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', 'no HTTP/1.1 response'],
    [
      'headers without end',
      `HTTP/1.1 200 OK\r\na: ${'x'.repeat(20_000)}`,
      'headers of more than 16384 bytes',
    ],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n', 'content-length -5'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
      'content-length 5, 6',
    ],
    [
      'another coding',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n',
      'transfer coding gzip, chunked',
    ],
    [
      'a chunk without size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\n',
      'chunk size "hello"',
    ],
    [
      'a chunk of absurd size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffff\r\n',
      'chunk size "ffffffffff"',
    ],
    [
      'a chunk longer than its size',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhello\r\n',
      'a chunk longer than its size',
    ],
    [
      'a chunk line without end',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'1'.repeat(2000)}`,
      'a line of a chunk without end',
    ],
  ])('refuses %s', async (_, answer, message) => {
    respond = (socket) => socket.write(answer);

    await expect(get({})).rejects.toThrow(new ResponseError(message));
  });

  it.each([
    ['before the answer', ''],
    ['within the headers', 'HTTP/1.1 200 OK\r\ncontent-'],
    ['before the length', 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhello'],
    [
      'before the last chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
    ],
  ])('notes that a connection ended %s', async (_, answer) => {
    respond = (socket) => socket.end(answer);

    await expect(get({})).rejects.toThrow('the connection ended before the answer');
  });

  it.each([
    ['http://169.254.170.2/v4/0a', { host: '169.254.170.2', port: 80, path: '/v4/0a' }],
    ['http://[::1]:8080', { host: '::1', port: 8080, path: '/' }],
  ])('knows the target of %s', (url, target) => {
    expect(targetOf(new URL(url))).toEqual(target);
  });

  function get(changes: {
    path?: string;
    method?: 'HEAD';
    headers?: Record<string, string>;
  }): Promise<{ status: number; body: string }> {
    const { port } = server.address() as AddressInfo;
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
    let status = 0;
    let body = '';
    request(
      { host: '127.0.0.1', port, path: '/', ...changes },
      {
        head: (given) => {
          status = given;
        },
        data: (chunk) => {
          body += chunk.toString('latin1');
        },
        end: () => resolve({ status, body }),
        fail: reject,
      },
    );
    return promise;
  }
});

describe('A kept connection', () => {
  const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi';

  let server: Server;
  let sockets: Socket[];
  /** Told of each request: the connection, which one that is, and how many it had before. */
  let respond: (socket: Socket, connection: number, requests: number) => void;
  let connection: KeptConnection;

  beforeEach(async () => {
    sockets = [];
    server = createServer((socket) => {
      const number = sockets.push(socket);
      let requests = 0;
      socket.on('error', () => {});
      socket.on('data', () => {
        respond(socket, number, requests);
        requests += 1;
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    connection = new KeptConnection({ host: '127.0.0.1', port });
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  it.each([
    ['a length', OK, 'hi'],
    ['a length of 0', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', ''],
    ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n', 'hi'],
  ])('serves one request after the other, byte by byte too: %s', async (_, answer, body) => {
    respond = async (socket, _connection, requests) => {
      socket.setNoDelay(true);
      for (const part of requests === 1 ? answer : [answer]) {
        socket.write(part);
        await new Promise(setImmediate);
      }
    };

    for (let n = 0; n < 3; n++) expect(await get()).toBe(body);

    expect(sockets).toHaveLength(1);
  });

  it.each([
    [
      'the answer says so',
      'HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 2\r\n\r\nhi',
    ],
    ['it is HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi'],
    ['more came than the answer', `${OK}!`],
    [
      'more came than the chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n!',
    ],
  ])('is not used again where %s', async (_, answer) => {
    respond = (socket) => socket.write(answer);

    expect([await get(), await get()]).toEqual(['hi', 'hi']);

    expect(sockets).toHaveLength(2);
  });

  it('is opened anew where the other side closed it meanwhile', async () => {
    respond = (socket) => socket.write(OK);
    await get();
    sockets[0]!.end();
    await once(sockets[0]!, 'close');

    expect(await get()).toBe('hi');
    expect(sockets).toHaveLength(2);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closed', (socket) => socket.end()],
    ['reset', (socket) => socket.resetAndDestroy()],
  ])('that is %s just when it is used is followed by a new one', async (_, close) => {
    respond = (socket, number, requests) =>
      number === 1 && requests === 1 ? close(socket) : socket.write(OK);

    expect([await get(), await get(), await get()]).toEqual(['hi', 'hi', 'hi']);
    expect(sockets).toHaveLength(2);
  });

  it('is followed by one new one and no more', async () => {
    respond = (socket, number, requests) =>
      number === 1 && requests === 0 ? socket.write(OK) : socket.end();
    await get();

    await expect(get()).rejects.toThrow('the connection ended before the answer');
    expect(sockets).toHaveLength(2);
  });

  it('that breaks within an answer is a failure', async () => {
    respond = (socket, _connection, requests) =>
      requests === 0 ? socket.write(OK) : socket.end(OK.slice(0, -1));
    await get();

    await expect(get()).rejects.toThrow('the connection ended before the answer');
    expect(sockets).toHaveLength(1);
  });

  it('is not used by two requests at the same time', async () => {
    respond = (socket) => socket.write(OK);

    expect(await Promise.all([get(), get()])).toEqual(['hi', 'hi']);
    expect(sockets).toHaveLength(2);
    expect(await get()).toBe('hi');
    expect(sockets).toHaveLength(2);
  });

  it('is closed, and never used again, where a request is broken off', async () => {
    respond = (socket, number) => {
      if (number === 2) socket.write(OK);
      else breakOff();
    };
    const breakOff = connection.request('/', {
      head: () => {},
      data: () => {},
      end: () => {},
      fail: () => {},
    } satisfies Receiver);
    await once(server, 'connection');
    await once(sockets[0]!, 'close');

    expect(await get()).toBe('hi');
    expect(sockets).toHaveLength(2);
  });

  function get(): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let body = '';
    connection.request('/', {
      head: () => {},
      data: (chunk) => {
        body += chunk.toString('latin1');
      },
      end: () => resolve(body),
      fail: reject,
    });
    return promise;
  }
});
