import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEndpoint, type Endpoint } from '../../../sidecar/sampling/endpoint.ts';
import {
  breakOff,
  flood,
  hang,
  json,
  type MetadataStandIn,
  type Responder,
  startMetadataStandIn,
  status,
  trickle,
} from '../metadata-stand-in.ts';

const TIMEOUT_MS = 100;

describe('The client of the task metadata endpoint', () => {
  let standIn: MetadataStandIn;
  let endpoint: Endpoint;
  let now = 0;

  beforeEach(async () => {
    standIn = await startMetadataStandIn();
    now = 0;
    endpoint = createEndpoint({ uri: standIn.uri, elapsed: () => now, timeoutMs: TIMEOUT_MS });
  });

  afterEach(async () => {
    await standIn[Symbol.asyncDispose]();
  });

  it('gives the document and its text as it came', async () => {
    const text = '{ "limit": 18446744073709551615 }';
    standIn.answer('/task/stats', status(200, text, 'application/json'));

    expect(await endpoint.read('/task/stats')).toEqual({
      ok: true,
      text,
      document: { limit: 2 ** 64 },
    });
  });

  it('accepts a base with a slash at its end', async () => {
    standIn.answer('/task', json({}));

    const slashed = createEndpoint({ uri: `${standIn.uri}/` });

    expect(await slashed.read('/task')).toMatchObject({ ok: true });
  });

  it.each<[string, Responder, string, string | RegExp]>([
    [
      'a status of 500',
      status(500, '"failed to get task"'),
      '500',
      'HTTP 500: "failed to get task"',
    ],
    [
      'a status of 429',
      status(429, 'You have reached maximum request limit.\n'),
      '429',
      'HTTP 429: You have reached maximum request limit.',
    ],
    ['a redirect', status(302, ''), '302', 'HTTP 302:'],
    ['HTML', status(200, '<html>', 'text/html'), 'invalid', 'expected a JSON object, got <html>'],
    ['nothing', status(200, ''), 'invalid', 'expected a JSON object, got nothing'],
    ['a text', json('V4 task handler'), 'invalid', 'expected a JSON object, got "V4 task handler"'],
    ['a list', json([]), 'invalid', 'expected a JSON object, got []'],
    ['null', json(null), 'invalid', 'expected a JSON object, got null'],
    ['a flood', flood, 'invalid', 'more than 4194304 bytes'],
    ['half an answer', breakOff, 'refused', 'the connection ended before the answer'],
    ['no answer', hang, 'timeout', `no answer within ${TIMEOUT_MS} ms`],
    ['an answer without an end', trickle, 'timeout', `no answer within ${TIMEOUT_MS} ms`],
  ])('reports %s', async (_, responder, code, reason) => {
    standIn.answer('/task', responder);

    const answer = await endpoint.read('/task');

    expect(answer).toMatchObject({ ok: false, code });
    expect(answer.ok ? '' : answer.reason).toMatch(reason);
    expect(endpoint.traffic().requests).toEqual([{ path: '/task', code, count: 1 }]);
  });

  it.each<[string, Responder]>([
    ['does not answer', hang],
    ['gives half an answer', breakOff],
    ['floods', flood],
  ])(
    'has a good connection again after one, kept before, on which the endpoint %s',
    async (_, responder) => {
      standIn.answer('/task', json({}));
      await endpoint.read('/task');
      standIn.answer('/task', responder);
      now += 1000;
      expect(await endpoint.read('/task')).toMatchObject({ ok: false });
      standIn.answer('/task', json({}));
      now += 1000;

      expect(await endpoint.read('/task')).toMatchObject({ ok: true });
      expect(standIn.requests).toHaveLength(3);
    },
  );

  it('decodes characters that come in parts', async () => {
    const bytes = Buffer.from('{"Family":"Größe €"}');
    standIn.answer('/task', async (response) => {
      response.socket?.setNoDelay(true);
      for (const byte of bytes) {
        response.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    });

    expect(await endpoint.read('/task')).toMatchObject({ document: { Family: 'Größe €' } });
  });

  it('reports that nobody listens', async () => {
    await standIn[Symbol.asyncDispose]();

    expect(await endpoint.read('/task')).toMatchObject({
      ok: false,
      code: 'refused',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    standIn = await startMetadataStandIn();
  });

  it('takes null as an empty map of stats, as Go writes one', async () => {
    standIn.answer('/task/stats', json(null));

    expect(await endpoint.read('/task/stats')).toEqual({ ok: true, text: 'null', document: null });
  });

  it('has one request of each kind under way, however many ask', async () => {
    standIn.serve({}, {});

    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        endpoint.read(index % 2 === 0 ? '/task' : '/task/stats'),
      ),
    );

    expect([...standIn.requests].sort()).toEqual(['/task', '/task/stats']);
  });

  it('asks again only after a second, also after a failure', async () => {
    standIn.answer('/task', status(500, ''));
    await endpoint.read('/task');
    standIn.answer('/task', json({}));

    now = 999;
    expect(await endpoint.read('/task')).toMatchObject({ ok: false });
    now = 1000;
    expect(await endpoint.read('/task')).toMatchObject({ ok: true });
    expect(standIn.requests).toHaveLength(2);
  });

  it('counts its requests by outcome and knows the time of the last one', async () => {
    const answerAfter = (milliseconds: number, responder: Responder) =>
      standIn.answer('/task', (response) => {
        now += milliseconds;
        responder(response);
      });
    answerAfter(250, json({}));
    await endpoint.read('/task');
    now += 1000;
    await endpoint.read('/task');
    expect(endpoint.traffic().durations).toEqual([{ path: '/task', seconds: 0.25 }]);
    now += 1000;
    answerAfter(500, status(429, ''));
    await endpoint.read('/task');

    expect(endpoint.traffic()).toEqual({
      requests: [
        { path: '/task', code: '200', count: 2 },
        { path: '/task', code: '429', count: 1 },
      ],
      durations: [{ path: '/task', seconds: 0.5 }],
    });
  });
});
