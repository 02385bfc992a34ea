import { once } from 'node:events';
import { type AddressInfo, connect, type Server } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpServer, type Reply, type Request } from '../../../sidecar/http/server.ts';

const PLAIN = { 'content-type': 'text/plain' };

describe('The HTTP server', () => {
  let server: Server;
  let url: string;
  let port: number;
  let requests: Request[];
  let answer: (request: Request) => Promise<Reply>;

  beforeEach(async () => {
    requests = [];
    answer = async () => ({ status: 200, headers: PLAIN, body: 'up 1\n' });
    server = createHttpServer({
      answer: (request) => {
        requests.push(request);
        return answer(request);
      },
      requestTimeoutMs: 300,
      answerTimeoutMs: 1_000,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    url = `http://127.0.0.1:${port}`;
  });

  afterEach(async () => {
    server.close();
    await once(server, 'close');
  });

  it('hands on path, query and headers, and answers with a length', async () => {
    const response = await fetch(`${url}/metrics?since=0&a=b`, { headers: { 'X-Name': 'value' } });

    expect(await response.text()).toBe('up 1\n');
    expect(response.headers.get('content-length')).toBe('5');
    expect(response.headers.get('connection')).toBe('close');
    expect(requests).toMatchObject([{ method: 'GET', path: '/metrics', query: 'since=0&a=b' }]);
    expect(requests[0]?.headers.get('x-name')).toBe('value');
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const response = await fetch(`${url}/metrics`, { method: 'HEAD' });

    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('5');
    expect(await response.text()).toBe('');
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const response = await fetch(`${url}/metrics`, { method });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(requests).toEqual([]);
  });

  it('sends a body in chunks as it comes', async () => {
    const second = Promise.withResolvers<void>();
    answer = async () => ({
      status: 200,
      headers: PLAIN,
      body: (async function* () {
        yield Buffer.from('one ');
        await second.promise;
        yield Buffer.from('two');
      })(),
    });

    const response = await fetch(url);
    const reader = response.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('one ');
    second.resolve();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('two');
    expect((await reader.read()).done).toBe(true);
  });

  it.each([204, 304])(
    'has no transfer coding in an answer of status %i, which has no body',
    async (status) => {
      answer = async () => ({ status, headers: PLAIN, body: [] });

      const response = await fetch(url);

      expect(response.status).toBe(status);
      expect(response.headers.get('transfer-encoding')).toBeNull();
      expect(await response.text()).toBe('');
    },
  );

  it('ends a body without length by the end of the connection for a client of HTTP/1.0', async () => {
    answer = async () => ({ status: 200, headers: PLAIN, body: ['one ', '', 'two'] });

    expect(await sendRaw(port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/\r\n\r\none two$/);
  });

  it('breaks the connection off where a body fails, so that the client does not take it for whole', async () => {
    answer = async () => ({
      status: 200,
      headers: PLAIN,
      body: (async function* () {
        yield Buffer.from('one');
        throw new Error('the source failed');
      })(),
    });

    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
  });

  it('tells that a client took the answer, not that one left before its end', async () => {
    const taken = Promise.withResolvers<void>();
    let count = 0;
    const reply = (body: string[]): Reply => ({
      status: 200,
      headers: PLAIN,
      body,
      taken: () => {
        count += 1;
        taken.resolve();
      },
    });
    answer = async () => reply(Array.from({ length: 64 }, () => 'x'.repeat(1 << 20)));
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    await fetch(url, { method: 'HEAD' });

    answer = async () => reply(['all of it']);
    await (await fetch(url)).text();
    await taken.promise;
    expect(count).toBe(1);
  });

  it.each([
    ['a line that is no request', 'nonsense\r\n\r\n', '400'],
    ['binary', '\u0000\u0001\u00ff\r\n\r\n', '400'],
    ['a TLS client', '\u0016\u0003\u0001\u0002\u0000\u0001', '400'],
    ['a URL over the limit', `GET /${'x'.repeat(9000)} HTTP/1.1\r\n\r\n`, '431'],
    ['headers over the limit', `GET / HTTP/1.1\r\nx: ${'x'.repeat(9000)}\r\n\r\n`, '431'],
    ['headers without end', `GET / HTTP/1.1\r\nx: ${'x'.repeat(9000)}`, '431'],
    ['an absurd length', 'GET / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n', '400'],
    ['a body', 'GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi', '400'],
    ['chunks', 'GET / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', '400'],
    [
      'two lengths',
      'GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\ncontent-length: 2\r\n\r\n',
      '400',
    ],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n', '400'],
    ['a blank before the colon', 'GET / HTTP/1.1\r\nhost : a\r\n\r\n', '400'],
    ['a folded line', 'GET / HTTP/1.1\r\nhost: a\r\nx: 1\r\n  2\r\n\r\n', '400'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nhost: a\r\nx: 1\u00002\r\n\r\n', '400'],
    ['another version', 'GET / HTTP/2.0\r\nhost: a\r\n\r\n', '400'],
    ['a proxy request', 'GET http://a/ HTTP/1.1\r\nhost: a\r\n\r\n', '400'],
    ['CONNECT', 'CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n', '400'],
  ])('answers %s with an error and goes on', async (_, request, status) => {
    expect(await sendRaw(port, request)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(requests).toEqual([]);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('takes a request that comes byte by byte, and forgets what follows it', async () => {
    const socket = connect(port, '127.0.0.1');
    for (const byte of 'GET /slow HTTP/1.1\r\nhost: a\r\n\r\n') {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    socket.write('GET /second HTTP/1.1\r\nhost: a\r\n\r\n');

    expect(await readAll(socket)).toMatch(/up 1\n$/);
    expect(requests.map(({ path }) => path)).toEqual(['/slow']);
  });

  it('answers a client that sends no more', async () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end('GET / HTTP/1.1\r\nhost: a\r\n\r\n');

    expect(await readAll(socket)).toMatch(/up 1\n$/);
  });

  it('ends a connection whose request does not come', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTT');

    expect(await readAll(socket)).toBe('');
  });

  it('breaks off an answer that a client does not take', async () => {
    const ended = Promise.withResolvers<void>();
    answer = async () => ({
      status: 200,
      headers: PLAIN,
      body: (async function* () {
        try {
          for (;;) yield Buffer.alloc(1 << 20, 'x');
        } finally {
          ended.resolve();
        }
      })(),
    });
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.pause();

    await ended.promise;
    socket.destroy();
  });

  it('reads no more of a client that goes on sending after its request, and answers it', async () => {
    const answered = Promise.withResolvers<string>();
    const asked = Promise.withResolvers<Request>();
    answer = async (request) => {
      asked.resolve(request);
      return { status: 200, headers: PLAIN, body: await answered.promise };
    };
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await asked.promise;
    let writes = 0;
    // Far more than all buffers between them hold; the callback of a write says that the kernel has it.
    const flood = () => {
      writes += 1;
      if (writes < 64) socket.write(Buffer.alloc(1 << 20, 'x'), flood);
    };
    flood();
    const page = readAll(socket);
    await new Promise((resolve) => setImmediate(resolve));
    answered.resolve('up 1\n');

    expect(await page).toMatch(/up 1\n$/);
    expect(writes).toBeLessThan(64);
    socket.destroy();
  });

  it('survives clients that leave before the answer', async () => {
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<string>();
    answer = async () => {
      asked.resolve();
      return { status: 200, headers: PLAIN, body: await answered.promise };
    };
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n');
    await asked.promise;
    const closed = once(socket, 'close');
    socket.resetAndDestroy();
    await closed;
    answered.resolve('up 1\n'.repeat(100_000));

    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});

async function sendRaw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.from(request, 'latin1'));
  return readAll(socket);
}
