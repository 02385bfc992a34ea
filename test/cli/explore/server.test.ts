import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ExploreServer, serveExplore } from '../../../cli/explore/server.ts';

const PAGE = '<!doctype html><title>page</title>';
const RECORDING = '{"secret":"of the tasks"}';

const ASSETS = new Map([
  ['/', { type: 'text/html; charset=utf-8', contents: Buffer.from(PAGE) }],
  ['/page.js', { type: 'text/javascript; charset=utf-8', contents: Buffer.from('1') }],
]);

let server: ExploreServer;

beforeEach(async () => {
  server = await serveExplore({ assets: ASSETS, recording: async () => RECORDING });
});

afterEach(() => server.close());

interface Given {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks as it is told, which `fetch` does not: it refuses other names in the header Host. */
async function ask({ path = '/', method = 'GET', headers = {} }: Given) {
  const { port, host } = new URL(server.url);
  const asked = request({ host: '127.0.0.1', port, path, method, headers: { host, ...headers } });
  asked.end();
  const [response] = await once(asked, 'response');
  return {
    status: response.statusCode as number,
    headers: response.headers as Record<string, string & string[]>,
    body: await text(response),
  };
}

function firstPath(): string {
  const { pathname, search } = new URL(server.url);
  return pathname + search;
}

/** The cookie of the first visit. */
async function cookie(): Promise<string> {
  const { headers } = await ask({ path: firstPath() });
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

describe('the server of the page', () => {
  it('listens on loopback only, on a port of its own', () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
  });

  it('exchanges the token for a cookie that scripts and other sites cannot use', async () => {
    const { status, headers, body } = await ask({ path: firstPath() });
    expect({ status, body }).toEqual({ status: 200, body: PAGE });
    const { port } = new URL(server.url);
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(`^fargauge-${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
      ),
    ]);
  });

  it('serves page, files and recording to the browser with the cookie', async () => {
    const headers = { cookie: await cookie() };
    expect(await ask({ headers })).toMatchObject({ status: 200, body: PAGE });
    expect(await ask({ path: '/page.js', headers })).toMatchObject({ status: 200, body: '1' });
    expect(await ask({ path: '/recording', headers })).toMatchObject({
      status: 200,
      body: RECORDING,
      headers: { 'content-type': 'application/json' },
    });
  });

  it('takes the token once', async () => {
    await ask({ path: firstPath() });
    const { status, body } = await ask({ path: firstPath() });
    expect(status).toBe(403);
    expect(body).toContain('it works once');
  });

  it.each<[why: string, given: () => Given | Promise<Given>, status: number]>([
    ['no token and no cookie', () => ({ path: '/recording' }), 403],
    ['a wrong token', () => ({ path: `/?token=${'A'.repeat(43)}` }), 403],
    ['a token that is too short', () => ({ path: firstPath().slice(0, -1) }), 403],
    ['the token at another path', () => ({ path: firstPath().replace('/', '/recording') }), 403],
    [
      'a wrong cookie',
      () => ({
        path: '/recording',
        headers: { cookie: `fargauge-${new URL(server.url).port}=x` },
      }),
      403,
    ],
    [
      'the token as cookie',
      () => {
        const { port, searchParams } = new URL(server.url);
        return { headers: { cookie: `fargauge-${port}=${searchParams.get('token')}` } };
      },
      403,
    ],
    [
      'a foreign host that resolves to loopback',
      async () => ({ headers: { cookie: await cookie(), host: 'rebound.example' } }),
      421,
    ],
    [
      'another port in the host',
      async () => ({ headers: { cookie: await cookie(), host: '127.0.0.1:1' } }),
      421,
    ],
    [
      'a foreign host with the token',
      () => ({ path: firstPath(), headers: { host: 'rebound.example' } }),
      421,
    ],
    ...['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'].map(
      (method): [string, () => Promise<Given>, number] => [
        method,
        async () => ({ method, path: '/recording', headers: { cookie: await cookie() } }),
        405,
      ],
    ),
    ...[
      '/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/..%2fserver.ts',
      '//etc/passwd',
      '/page.js/../../x',
      '/page.js%00.html',
    ].map((path): [string, () => Promise<Given>, number] => [
      `the path ${path}`,
      async () => ({ path, headers: { cookie: await cookie() } }),
      404,
    ]),
  ])('refuses %s', async (_, given, status) => {
    const answer = await ask(await given());
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('secret');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('lets no other origin read an answer, and the page run nothing but its files', async () => {
    const headers = { cookie: await cookie(), origin: 'https://other.example' };
    for (const path of ['/', '/page.js', '/recording', '/none']) {
      const answer = await ask({ path, headers });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(answer.headers).toMatchObject({
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
      const policy = answer.headers['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
    }
  });

  it('says why there is no recording', async () => {
    await server.close();
    server = await serveExplore({
      assets: ASSETS,
      recording: () => Promise.reject(new Error('the ECS API is silent')),
    });
    const answer = await ask({ path: '/recording', headers: { cookie: await cookie() } });
    expect(answer).toMatchObject({ status: 502, body: 'the ECS API is silent\n' });
  });

  it('answers a request that is none, and goes on', async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end('GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await ask({ path: firstPath() })).status).toBe(200);
  });

  it('ends with its connections', async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await server.close();
    await closed;
    server = await serveExplore({ assets: ASSETS, recording: async () => RECORDING });
  });
});
