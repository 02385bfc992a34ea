import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Reply } from '../../../sidecar/http/server.ts';
import type { Answer } from '../../../sidecar/sampling/endpoint.ts';
import { type Contents, createPages } from '../../../sidecar/serving/pages.ts';
import { Secret } from '../../../sidecar/serving/secret.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

describe('The pages', () => {
  let answer: Answer;
  let asked: unknown[];
  let messages: string[];
  let contents: Contents;

  beforeEach(() => {
    answer = { ok: true, text: '{"limit":18446744073709551615}', document: {} };
    asked = [];
    messages = [];
    contents = {
      text: async () => 'up 1\n',
      openMetrics: async () => ['up 1\n', '# EOF\n'],
      async history(cursor, wholeMinutes) {
        asked.push(cursor, wholeMinutes);
        if (!cursor.startsWith('1777615200.25')) return undefined;
        const until = wholeMinutes ? '1777615210.251,1777615200' : '1777615210.251';
        return { since: 1777615200250, until, more: true, body: ['# EOF\n'], taken: () => {} };
      },
      async document(path) {
        asked.push(path);
        return answer;
      },
      applications: new Map([
        ['keycloak', async ({ path }) => ({ status: 200, headers: {}, body: `asked ${path}` })],
      ]),
    };
  });

  it.each([
    ['/metrics', 200, TEXT, 'up 1\n'],
    ['/metrics?other=1', 200, TEXT, 'up 1\n'],
    ['/metrics?since=1777615200.25', 200, OPEN_METRICS, ['# EOF\n']],
    ['/health', 200, 'text/plain; charset=utf-8', 'ok\n'],
    ['/task', 200, 'application/json', '{"limit":18446744073709551615}'],
    ['/stats', 200, 'application/json', '{"limit":18446744073709551615}'],
    ['/metrics/keycloak', 200, undefined, 'asked /metrics/keycloak'],
    [
      '/',
      404,
      'text/plain; charset=utf-8',
      'not found; there are /metrics /metrics/keycloak /task /stats /health\n',
    ],
    ['/metrics/', 404, 'text/plain; charset=utf-8', expect.any(String)],
    ['/metrics/constructor', 404, 'text/plain; charset=utf-8', expect.any(String)],
    ['/task/stats', 404, 'text/plain; charset=utf-8', expect.any(String)],
    ['/../task', 404, 'text/plain; charset=utf-8', expect.any(String)],
    ['/%74ask', 404, 'text/plain; charset=utf-8', expect.any(String)],
  ])('answer %s with %i', async (target, status, type, body) => {
    const reply = await get(target);

    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe(type);
    expect(reply.body).toEqual(body);
  });

  it('speak OpenMetrics to those who ask for it', async () => {
    const reply = await get('/metrics', { accept: 'application/openmetrics-text' });

    expect(reply.headers['content-type']).toBe(OPEN_METRICS);
    expect(reply.body).toEqual(['up 1\n', '# EOF\n']);
  });

  it('say where a page of the history begins and ends, and whether there is more', async () => {
    const { headers } = await get('/metrics?since=1777615200.25');

    expect(asked).toEqual(['1777615200.25', false]);
    expect(headers).toMatchObject({
      'fargauge-history-since': '1777615200.25',
      'fargauge-history-until': '1777615210.251',
      'fargauge-history-more': '1',
    });
  });

  it.each([
    ['since=1777615200.25&minutes=complete', '1777615200.25'],
    // As a client sends what it got, and as one sends it that knows nothing of its two parts.
    ['since=1777615200.25&before=1777615140&minutes=complete', '1777615200.25,1777615140'],
    ['since=1777615200.25%2C1777615140&minutes=complete', '1777615200.25,1777615140'],
  ])('hold back a minute that is not over where %s', async (query, cursor) => {
    const { headers } = await get(`/metrics?${query}`);

    expect(asked).toEqual([cursor, true]);
    expect(headers['fargauge-history-until']).toBe('1777615210.251,1777615200');
  });

  it.each([
    ['since=', ''],
    ['since=now', 'now'],
    ['since=1&before=now', '1,now'],
  ])('refuse %s', async (query, cursor) => {
    expect(await get(`/metrics?${query}`)).toMatchObject({
      status: 400,
      body: `since: expected unix seconds such as 1777615200.25, given ${JSON.stringify(cursor)}\n`,
    });
  });

  it('pass /stats through from /task/stats', async () => {
    await get('/stats');

    expect(asked).toEqual(['/task/stats']);
  });

  it.each(['/task', '/stats'])('answer %s with 502 and the reason when it fails', async (path) => {
    answer = { ok: false, code: '429', reason: 'HTTP 429: slow down "please"' };

    const reply = await get(path);

    expect(reply.status).toBe(502);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(JSON.parse(String(reply.body))).toEqual({
      error: 'the task metadata endpoint failed',
      code: '429',
      reason: 'HTTP 429: slow down "please"',
    });
  });

  it.each(['/task', '/stats'])('have no %s where the documents are off', async (path) => {
    const { document: _, ...rest } = contents;
    contents = rest;

    expect(await get(path)).toMatchObject({
      status: 404,
      body: `${path} needs FARGAUGE_DOCUMENTS=on\n`,
    });
  });

  it('answer 500 where a page fails, and say why in the log', async () => {
    contents = { ...contents, text: async () => Promise.reject(new Error('a defect')) };

    expect(await get('/metrics')).toMatchObject({ status: 500, body: 'internal error\n' });
    expect(messages).toEqual(['/metrics: Error: a defect']);
  });

  describe('with a token', () => {
    const token = 'correct-horse';

    it.each([
      ['/metrics', 401],
      ['/metrics?since=0', 401],
      ['/metrics/keycloak', 401],
      ['/task', 401],
      ['/stats', 401],
      ['/nothing', 401],
      ['/health', 200],
    ])('answer %s with %i to those who have none', async (path, status) => {
      expect((await get(path, {}, token)).status).toBe(status);
      expect(asked).toEqual([]);
    });

    it.each([
      ['Bearer correct-horse', 200],
      ['bearer  correct-horse', 200],
      ['Bearer correct-horsE', 401],
      ['Bearer correct-hors', 401],
      ['Bearer correct-horse-', 401],
      ['Bearer ', 401],
      ['', 401],
      ['correct-horse', 401],
      ['Basic correct-horse', 401],
    ])('answer who shows "%s" with %i', async (authorization, status) => {
      const reply = await get('/metrics', { authorization }, token);

      expect(reply.status).toBe(status);
      expect(reply.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
    });
  });

  function get(
    target: string,
    headers: Record<string, string> = {},
    token?: string,
  ): Promise<Reply> {
    const pages = createPages(
      contents,
      token === undefined ? undefined : new Secret(token),
      (message) => messages.push(message),
    );
    const [path = '', query = ''] = target.split('?');
    return pages({ method: 'GET', path, query, headers: new Map(Object.entries(headers)) });
  }
});
