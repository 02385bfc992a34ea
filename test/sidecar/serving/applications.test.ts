import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpServer } from '../../../sidecar/http/server.ts';
import { askApplication } from '../../../sidecar/serving/applications.ts';

const LIMITS = { idleMs: 200, maxBytes: 1 << 20 };

describe('The endpoint of an application', () => {
  let application: Server;
  let listener: RequestListener;
  let sidecar: NetServer;
  let port: number;
  let url: string;

  beforeEach(async () => {
    application = createServer((request, response) => listener(request, response));
    port = await listenOn(application);
    sidecar = createHttpServer({
      answer: (request) =>
        askApplication(
          'keycloak',
          { host: '127.0.0.1', port, path: '/q/metrics' },
          request,
          LIMITS,
        ),
    });
    url = `http://127.0.0.1:${await listenOn(sidecar)}/metrics/keycloak`;
  });

  afterEach(async () => {
    application.closeAllConnections();
    application.close();
    sidecar.close();
    await once(sidecar, 'close');
  });

  it('gets the headers and the query that its answer depends on, and no others', async () => {
    const asked = Promise.withResolvers<object>();
    listener = ({ url: target, method, headers }, response) => {
      asked.resolve({ target, method, headers });
      response.end();
    };
    await fetch(`${url}?name[]=a`, {
      headers: {
        accept: 'application/openmetrics-text',
        'accept-encoding': 'gzip',
        authorization: 'Bearer secret',
        cookie: 'a=b',
        'x-prometheus-scrape-timeout-seconds': '10',
      },
    });

    expect(await asked.promise).toEqual({
      target: '/q/metrics?name[]=a',
      method: 'GET',
      headers: {
        host: `127.0.0.1:${port}`,
        accept: 'application/openmetrics-text',
        'accept-encoding': 'gzip',
        'x-prometheus-scrape-timeout-seconds': '10',
        connection: 'close',
      },
    });
  });

  it('passes its answer on as it is, compressed where it is', async () => {
    const body = 'up 1\n'.repeat(10_000);
    listener = (_, response) => {
      response.writeHead(200, {
        'content-type': 'text/plain; version=0.0.4',
        'content-encoding': 'gzip',
        'set-cookie': 'a=b',
      });
      response.end(gzipSync(body));
    };
    const response = await fetch(url);

    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(response.headers.get('content-encoding')).toBe('gzip');
    // fetch has unpacked it.
    expect(await response.text()).toBe(body);
    expect(gunzipSync(gzipSync(body)).toString()).toBe(body);
  });

  it('is passed on byte by byte as it is to a client that is slower than the application', async () => {
    const body = randomBytes(LIMITS.maxBytes);
    listener = (_, response) => response.end(body);
    const response = await fetch(url);
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body!) {
      pieces.push(piece);
      await turn();
    }

    expect(Buffer.concat(pieces).equals(body)).toBe(true);
  });

  it.each([204, 401, 404, 500, 503])('passes its status %i on', async (status) => {
    listener = (_, response) => response.writeHead(status).end();

    expect((await fetch(url)).status).toBe(status);
  });

  it('gets HEAD for HEAD', async () => {
    listener = ({ method }, response) => {
      response.setHeader('content-type', `asked/${method}`);
      response.end('body');
    };
    const response = await fetch(url, { method: 'HEAD' });

    expect(response.headers.get('content-type')).toBe('asked/HEAD');
    expect(await response.text()).toBe('');
  });

  it('is passed on while it still speaks', async () => {
    const heard = Promise.withResolvers<void>();
    listener = async (_, response) => {
      response.write('first');
      await heard.promise;
      response.end('second');
    };
    const response = await fetch(url);
    const reader = response.body!.getReader();

    expect(Buffer.from((await reader.read()).value!).toString()).toBe('first');
    heard.resolve();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('second');
  });

  it('that nobody serves is a bad gateway', async () => {
    application.close();
    await once(application, 'close');
    const response = await fetch(url);

    expect(response.status).toBe(502);
    expect(await response.text()).toBe(`keycloak: connect ECONNREFUSED 127.0.0.1:${port}\n`);
  });

  it.each<[string, RequestListener, number, string]>([
    ['does not answer', () => {}, 504, 'keycloak: no byte for 200 ms\n'],
    [
      'announces too much',
      (_, response) =>
        response.writeHead(200, { 'content-length': LIMITS.maxBytes + 1 }).write('x'),
      502,
      'keycloak: the answer has more than 1048576 bytes\n',
    ],
    [
      'ends before its answer',
      (_, response) => response.destroy(),
      502,
      expect.stringMatching(
        /^keycloak: (the connection ended before the answer|read ECONNRESET)\n$/,
      ) as unknown as string,
    ],
    [
      'speaks another protocol',
      ({ socket }) => socket.end('220 smtp\r\n\r\n'),
      502,
      'keycloak: no HTTP/1.1 response\n',
    ],
  ])('that %s fails on its own', async (_, answer, status, message) => {
    listener = answer;
    const response = await fetch(url);

    expect(response.status).toBe(status);
    expect(await response.text()).toEqual(message);
  });

  it.each<[string, RequestListener]>([
    [
      'sends too much',
      (_, response) => {
        for (let sent = 0; sent <= LIMITS.maxBytes; sent += 1 << 16) {
          response.write(Buffer.alloc(1 << 16, 'x'));
        }
      },
    ],
    ['stops in the middle', (_, response) => response.write('half')],
    ['ends in the middle', (_, response) => response.write('half', () => response.destroy())],
  ])('that %s is broken off', async (_, answer) => {
    listener = answer;
    const response = await fetch(url);

    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('is left when the client leaves', async () => {
    const left = Promise.withResolvers<void>();
    listener = (_, response) => {
      response.on('close', () => left.resolve());
      const more = () =>
        response.destroyed || response.write(Buffer.alloc(1000), () => setImmediate(more));
      more();
    };
    const leaving = new AbortController();
    await fetch(url, { signal: leaving.signal });
    leaving.abort();

    await left.promise;
  });
});

async function listenOn(server: Server | NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
