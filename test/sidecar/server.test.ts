import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../sidecar/endpoint.ts';
import { createPagesServer } from '../../sidecar/server.ts';

describe('The server', () => {
  let server: Server;
  let url: string;
  let port: number;
  let answer: Answer;
  let metrics: () => Promise<string>;
  let documents: string[];
  let messages: string[];

  beforeEach(async () => {
    answer = { ok: true, text: '{"limit":18446744073709551615}', document: {} };
    metrics = async () => 'up 1\n';
    documents = [];
    messages = [];
    server = createPagesServer(
      {
        metrics: () => metrics(),
        async document(path) {
          documents.push(path);
          return answer;
        },
      },
      (message) => messages.push(message),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    url = `http://127.0.0.1:${port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it.each([
    ['/metrics', 200, 'text/plain; version=0.0.4; charset=utf-8', 'up 1\n'],
    ['/metrics?since=0', 200, 'text/plain; version=0.0.4; charset=utf-8', 'up 1\n'],
    ['/health', 200, 'text/plain; charset=utf-8', 'ok\n'],
    ['/task', 200, 'application/json', '{"limit":18446744073709551615}'],
    ['/stats', 200, 'application/json', '{"limit":18446744073709551615}'],
    ['/', 404, 'text/plain; charset=utf-8', expect.stringContaining('/metrics')],
    ['/metrics/', 404, 'text/plain; charset=utf-8', expect.any(String)],
    ['/task/stats', 404, 'text/plain; charset=utf-8', expect.any(String)],
    ['/../task', 200, 'application/json', expect.any(String)],
    ['/%00', 404, 'text/plain; charset=utf-8', expect.any(String)],
  ])('answers %s with %i', async (path, status, type, body) => {
    const response = await fetch(`${url}${path}`);

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toEqual(body);
  });

  it('passes /stats through from /task/stats', async () => {
    await fetch(`${url}/stats`);

    expect(documents).toEqual(['/task/stats']);
  });

  it.each(['/task', '/stats'])('answers %s with 502 and the reason when it fails', async (path) => {
    answer = { ok: false, code: '429', reason: 'HTTP 429: slow down "please"' };

    const response = await fetch(`${url}${path}`);

    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      error: 'the task metadata endpoint failed',
      code: '429',
      reason: 'HTTP 429: slow down "please"',
    });
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
  });

  it('answers 500 where a page fails, says why in the log and goes on', async () => {
    metrics = async () => {
      throw new Error('a defect');
    };

    expect((await fetch(`${url}/metrics`)).status).toBe(500);
    expect(messages).toEqual(['/metrics: Error: a defect']);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it.each([
    ['a line that is no request', 'nonsense\r\n\r\n', '400'],
    ['binary', '\u0000\u0001\u00ff\r\n\r\n', '400'],
    ['a TLS client', '\u0016\u0003\u0001\u0002\u0000\u0001', '400'],
    ['a URL over the limit', `GET /${'x'.repeat(9000)} HTTP/1.1\r\n\r\n`, '431'],
    [
      'headers over the limit',
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(9000)}\r\n\r\n`,
      '431',
    ],
    ['an absurd length', 'GET /health HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n', '400'],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n', '400'],
  ])('answers %s with an error and goes on', async (_, request, status) => {
    expect(await sendRaw(port, request)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('refuses the 65th connection and goes on', async () => {
    const sockets = Array.from({ length: 65 }, () =>
      connect(port, '127.0.0.1').on('error', () => {}),
    );
    const [dropped] = await once(server, 'drop');
    for (const socket of sockets) socket.destroy();

    expect(dropped).toMatchObject({ localPort: port });
    expect(server.listening).toBe(true);
  });

  it('survives clients that leave before the answer', async () => {
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<string>();
    metrics = () => {
      asked.resolve();
      return answered.promise;
    };
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n');
    await asked.promise;
    const closed = new Promise((resolve) => server.once('connection-closed', resolve));
    socket.once('close', () => server.emit('connection-closed'));
    socket.resetAndDestroy();
    await closed;
    answered.resolve('up 1\n'.repeat(100_000));

    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(messages).toEqual([]);
  });
});

async function sendRaw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.from(request, 'latin1'));
  return readAll(socket);
}
