import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_HTTP, type HttpSettings } from '../../../lambda/model/settings/http.ts';
import { ScrapeError, type ScrapeFailure } from '../../../lambda/model/targets/scrape-error.ts';
import type { ScrapeLimits } from '../../../lambda/model/targets/target.ts';
import { ByteBudget } from '../../../lambda/scrape/http/bytes/budget.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import { CONNECT_TIMEOUT_MS } from '../../../lambda/scrape/http/request.ts';
import { limits as limitsWith } from '../../series/samples.ts';
import {
  type Answer,
  answering,
  endlessly,
  headOf,
  type RawTarget,
  refusingUrl,
  startTarget,
  startUnroutable,
} from '../raw-target.ts';

const METRICS = '# TYPE up gauge\nup 1\n';
const NO_DEADLINE = new AbortController().signal;
/** Longer than a test may last, so that a connection that is left open fails the test. */
const LIMITS = limitsWith({ timeoutMs: 60_000 });

const targets: RawTarget[] = [];

afterEach(async () => {
  await Promise.all(targets.splice(0).map((target) => target.stop()));
});

interface Setting {
  readonly limits?: ScrapeLimits;
  readonly deadline?: AbortSignal;
  readonly http?: HttpSettings;
}

function exchange(
  url: string,
  { limits = LIMITS, deadline = NO_DEADLINE, http = DEFAULT_HTTP }: Setting = {},
) {
  return fetchExposition({ url, limits, http }, deadline);
}

async function start(answer: Answer): Promise<RawTarget> {
  const target = await startTarget(answer);
  targets.push(target);
  return target;
}

describe('a good answer', () => {
  const half = METRICS.length >> 1;

  it.each<[string, Answer]>([
    ['with a content-length', answering(METRICS)],
    ['compressed', answering(gzipSync(METRICS), { 'content-encoding': 'gzip' })],
    ['compressed, in capitals', answering(gzipSync(METRICS), { 'content-encoding': 'GZIP' })],
    ['with content-encoding identity', answering(METRICS, { 'content-encoding': 'identity' })],
    [
      'in chunks',
      (socket) => {
        const chunks = [METRICS.slice(0, half), METRICS.slice(half), ''];
        socket.write(headOf({ 'transfer-encoding': 'chunked' }));
        for (const chunk of chunks) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
      },
    ],
    [
      'that ends with the connection',
      (socket) => {
        socket.write(headOf({ connection: 'close' }));
        socket.end(METRICS);
      },
    ],
    [
      'after 103 Early Hints',
      (socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
        answering(METRICS)(socket);
      },
    ],
  ])('%s is the body, and the connection is closed', async (_, answer) => {
    const target = await start(answer);
    const { body, contentType } = await exchange(target.url);
    expect(body.toString()).toBe(METRICS);
    expect(contentType).toBe('text/plain; version=0.0.4');
    await target.closed();
    expect(target.connections).toBe(1);
  });

  it.each([
    ['plain', answering('m 1\n'.repeat(1000))],
    ['compressed', answering(gzipSync('m 1\n'.repeat(1000)), { 'content-encoding': 'gzip' })],
  ])('may be just below the limit, %s', async (_, answer) => {
    const limits = { ...LIMITS, bodyBytes: 4001 };
    const { body } = await exchange((await start(answer)).url, { limits });
    expect(body).toHaveLength(4000);
  });

  it('may be empty', async () => {
    const target = await start(answering('', { 'content-type': '' }));
    const answer = await exchange(target.url);
    expect(answer).toMatchObject({ body: Buffer.of(), contentType: '' });
  });
});

describe('the request', () => {
  it('asks as Prometheus does, for a connection of its own', async () => {
    const target = await start(answering(METRICS));
    await exchange(`${target.url}?module=a%20b`);
    const [line, ...headers] = target.requests[0]!.trimEnd().split('\r\n');
    expect(line).toBe('GET /metrics?module=a%20b HTTP/1.1');
    expect(headers.sort()).toEqual([
      `Host: ${new URL(target.url).host}`,
      'accept-encoding: gzip',
      'accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'connection: close',
      'user-agent: fargauge',
      'x-prometheus-scrape-timeout-seconds: 60',
    ]);
  });
});

interface Failure {
  readonly name: string;
  readonly answer: Answer;
  readonly limits?: Partial<ScrapeLimits>;
  readonly reason: ScrapeFailure;
  readonly message: string;
}

const MEGABYTE = 1024 * 1024;

const FAILURES: readonly Failure[] = [
  {
    name: 'that accepts and never answers',
    answer: () => {},
    limits: { timeoutMs: 150 },
    reason: 'timeout',
    message: 'no complete answer within 150 ms (scrape_timeout)',
  },
  {
    name: 'that sends headers and then nothing',
    answer: (socket) => void socket.write(headOf({ 'content-length': 100 })),
    limits: { timeoutMs: 150 },
    reason: 'timeout',
    message: 'no complete answer within 150 ms (scrape_timeout)',
  },
  {
    name: 'that sends one line after the other without an end',
    answer: (socket) => {
      socket.write(headOf({}));
      const timer = setInterval(() => socket.write('up 1\n'), 5);
      socket.on('close', () => clearInterval(timer));
    },
    limits: { timeoutMs: 150 },
    reason: 'timeout',
    message: 'no complete answer within 150 ms (scrape_timeout)',
  },
  {
    name: 'that sends more and more without an end',
    answer: (socket) => {
      socket.write(headOf({}));
      endlessly(socket, Buffer.alloc(65_536, 'x'));
    },
    limits: { bodyBytes: MEGABYTE },
    reason: 'body_limit',
    message: 'expected a body of less than 1048576 bytes (body_size_limit), got more',
  },
  {
    name: 'that sends more than the collector’s own bound without a limit of the job',
    answer: (socket) => {
      socket.write(headOf({}));
      endlessly(socket, Buffer.alloc(MEGABYTE, 'x'));
    },
    reason: 'body_limit',
    message: 'expected a body of less than 8388608 bytes (body_size_limit), got more',
  },
  {
    name: 'with a body of exactly the limit',
    answer: answering(METRICS),
    limits: { bodyBytes: METRICS.length },
    reason: 'body_limit',
    message: `expected a body of less than ${METRICS.length} bytes (body_size_limit), got more`,
  },
  {
    name: 'with a body that gzip makes larger than the limit',
    answer: answering(gzipSync(Buffer.alloc(8 * MEGABYTE)), { 'content-encoding': 'gzip' }),
    limits: { bodyBytes: MEGABYTE },
    reason: 'body_limit',
    message: 'expected a body of less than 1048576 bytes (body_size_limit), got more',
  },
  {
    name: 'with a compressed body of exactly the limit',
    answer: answering(gzipSync('m 1\n'.repeat(1000)), { 'content-encoding': 'gzip' }),
    limits: { bodyBytes: 4000 },
    reason: 'body_limit',
    message: 'expected a body of less than 4000 bytes (body_size_limit), got more',
  },
  {
    name: 'with the smallest limit of all',
    answer: answering(gzipSync('\n'), { 'content-encoding': 'gzip' }),
    limits: { bodyBytes: 1 },
    reason: 'body_limit',
    message: 'expected a body of less than 1 bytes (body_size_limit), got more',
  },
  {
    name: 'that answers 500',
    answer: answering('out of order', {}, '500 Internal Server Error'),
    reason: 'http_status',
    message: 'expected HTTP status 200, got 500',
  },
  {
    name: 'that answers 500 without an end',
    answer: (socket) => {
      socket.write(headOf({}, '500 Internal Server Error'));
      endlessly(socket, Buffer.alloc(65_536, 'x'));
    },
    reason: 'http_status',
    message: 'expected HTTP status 200, got 500',
  },
  {
    name: 'that answers 404',
    answer: answering('', {}, '404 Not Found'),
    reason: 'http_status',
    message: 'expected HTTP status 200, got 404',
  },
  {
    name: 'that answers 204',
    answer: (socket) => void socket.end('HTTP/1.1 204 No Content\r\n\r\n'),
    reason: 'http_status',
    message: 'expected HTTP status 200, got 204',
  },
  {
    name: 'with broken gzip',
    answer: answering('no gzip at all', { 'content-encoding': 'gzip' }),
    reason: 'invalid_body',
    message: 'expected a gzip body, got: incorrect header check',
  },
  {
    name: 'with gzip that was cut off',
    answer: answering(gzipSync(METRICS).subarray(0, -9), { 'content-encoding': 'gzip' }),
    reason: 'invalid_body',
    message: 'expected a gzip body, got: unexpected end of file',
  },
  {
    name: 'with a content-encoding that was not asked for',
    answer: answering(METRICS, { 'content-encoding': 'br' }),
    reason: 'invalid_body',
    message: 'expected content-encoding gzip or none, got "br"',
  },
  {
    name: 'that sends less than its content-length',
    answer: (socket) => {
      socket.write(headOf({ 'content-length': 100 }));
      socket.end(METRICS);
    },
    reason: 'truncated',
    message: 'the connection ended before the body did',
  },
  {
    name: 'that breaks off in a chunk',
    answer: (socket) => {
      socket.write(headOf({ 'transfer-encoding': 'chunked' }));
      socket.end(`ff\r\n${METRICS}`);
    },
    reason: 'truncated',
    message: 'the connection ended before the body did',
  },
  {
    name: 'that breaks off between two chunks',
    answer: (socket) => {
      socket.write(headOf({ 'transfer-encoding': 'chunked' }));
      socket.end(`${METRICS.length.toString(16)}\r\n${METRICS}\r\n`);
    },
    reason: 'truncated',
    message: 'the connection ended before the body did',
  },
  {
    name: 'that resets the connection in its body',
    answer: (socket) => {
      socket.write(headOf({ 'content-length': 100 }) + METRICS, () => socket.resetAndDestroy());
    },
    reason: 'truncated',
    message: 'the connection ended before the body did',
  },
  {
    name: 'that resets the connection in a body without a length',
    answer: (socket) => {
      socket.write(headOf({}) + METRICS, () => socket.resetAndDestroy());
    },
    reason: 'truncated',
    message: 'the connection ended before the body did',
  },
  {
    name: 'that hangs up instead of answering',
    answer: (socket) => void socket.end(),
    reason: 'connection_lost',
    message: 'the connection closed without an answer',
  },
  {
    name: 'that resets the connection instead of answering',
    answer: (socket) => void socket.resetAndDestroy(),
    reason: 'connection_lost',
    message: 'read ECONNRESET',
  },
  {
    name: 'that breaks off in its headers',
    answer: (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-le'),
    reason: 'connection_lost',
    message: 'the connection closed without an answer',
  },
  {
    name: 'that speaks another protocol than HTTP',
    answer: (socket) => void socket.end(Buffer.from('16030300020228', 'hex')),
    reason: 'not_http',
    message: 'expected HTTP/1.1, got "\\u0016\\u0003\\u0003\\u0000\\u0002\\u0002("',
  },
  {
    name: 'with headers without an end',
    answer: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      endlessly(socket, `x-filler: ${'x'.repeat(1000)}\r\n`);
    },
    reason: 'not_http',
    message: 'expected at most 1048576 bytes of headers, got more',
  },
  {
    name: 'with chunks that are none',
    answer: (socket) => {
      socket.write(headOf({ 'transfer-encoding': 'chunked' }));
      socket.end('these are no chunks');
    },
    reason: 'not_http',
    message: 'expected the size of a chunk, got "these are no chunks"',
  },
  {
    name: 'that wants to speak another protocol from now on',
    answer: (socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    },
    reason: 'http_status',
    message: 'expected HTTP status 200, got 101',
  },
];

describe('a target', () => {
  it.each(FAILURES.map((f) => [f.name, f] as const))(
    '%s has a reason of its own, and the connection is closed',
    async (_, { answer, limits, reason, message }) => {
      const target = await start(answer);
      const error = await failureOf(target.url, { ...LIMITS, ...limits });
      expect(error).toMatchObject({ reason, message });
      await target.closed();
      expect(target.connections).toBe(1);
    },
  );

  it('is not followed to where it redirects where the job does not want it', async () => {
    const other = await start(answering(METRICS));
    const target = await start(answering('', { location: other.url }, '301 Moved Permanently'));
    const http = { ...DEFAULT_HTTP, followRedirects: false };
    await expect(exchange(target.url, { http })).rejects.toMatchObject({
      reason: 'http_status',
      message: 'expected HTTP status 200, got 301, and follow_redirects is off',
    });
    expect(other.connections).toBe(0);
  });

  it('at a port where nobody listens is refused', async () => {
    const error = await failureOf(await refusingUrl(), LIMITS);
    expect(error.reason).toBe('connect_refused');
    expect(error.message).toMatch(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
  });

  it('at the two addresses of a name is refused by each', async () => {
    const { port } = new URL(await refusingUrl());
    const addresses = [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const asked = { url: `http://two.test:${port}/`, http: DEFAULT_HTTP, limits: LIMITS };
    const exchanged = fetchExposition(asked, NO_DEADLINE, {
      lookup: (_, __, callback) => callback(null, addresses),
    });
    await expect(exchanged).rejects.toMatchObject({
      reason: 'connect_refused',
      message: `connect ECONNREFUSED 127.0.0.2:${port}; connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  it('in a network that no route leads to is unreachable', async () => {
    // Linux has no route for TCP to a multicast address, in whatever network it is.
    const error = await failureOf('http://224.0.0.1:9100/metrics', LIMITS);
    expect(error.reason).toBe('unreachable');
    expect(error.message).toMatch(/^connect ENETUNREACH 224\.0\.0\.1:9100\b/);
  });

  it('at an address where nothing answers fails before its own timeout', async () => {
    const unroutable = await startUnroutable();
    try {
      const error = await failureOf(unroutable.url, LIMITS);
      expect(error).toMatchObject({
        reason: 'connect_timeout',
        message: `no connection within ${CONNECT_TIMEOUT_MS} ms`,
      });
    } finally {
      await unroutable.stop();
    }
  });

  it('at an address where nothing answers is cut off by a shorter timeout of its own', async () => {
    const unroutable = await startUnroutable();
    try {
      const error = await failureOf(unroutable.url, { ...LIMITS, timeoutMs: 100 });
      expect(error).toMatchObject({
        reason: 'timeout',
        message: 'no complete answer within 100 ms (scrape_timeout)',
      });
    } finally {
      await unroutable.stop();
    }
  });

  it('with a name that DNS cannot know is not found', async () => {
    const error = await failureOf('http://two..dots:9100/metrics', LIMITS);
    expect(error.reason).toBe('dns');
    expect(error.message).toContain('two..dots');
  });

  it.each([
    ['no URL at all', 'metrics'],
    ['a URL without a host', 'http:///'],
    ['an impossible port', 'http://127.0.0.1:99999/metrics'],
    ['a URL of another protocol', 'ftp://127.0.0.1/metrics'],
    ['the URL of a file', 'file:///metrics'],
  ])('with %s is refused before anything is sent', async (_, url) => {
    const error = await failureOf(url, LIMITS);
    expect(error).toMatchObject({
      reason: 'invalid_url',
      message: `expected an http or https URL, got ${JSON.stringify(url)}`,
    });
  });
});

describe('the deadline of the cycle', () => {
  it('ends an exchange that is under way, and the connection is closed', async () => {
    const deadline = new AbortController();
    const target = await start(() => deadline.abort());
    const error = await failureOf(target.url, LIMITS, deadline.signal);
    expect(error).toMatchObject({
      reason: 'deadline',
      message: 'the cycle ended before the target had answered',
    });
    await target.closed();
  });

  it('ends an exchange in the middle of its body', async () => {
    const deadline = new AbortController();
    const target = await start((socket) => {
      socket.write(headOf({ 'content-length': 100 }) + METRICS, () => deadline.abort());
    });
    const error = await failureOf(target.url, LIMITS, deadline.signal);
    expect(error.reason).toBe('deadline');
    await target.closed();
  });

  it('lets no exchange begin that comes after it', async () => {
    const target = await start(answering(METRICS));
    const error = await failureOf(target.url, LIMITS, AbortSignal.abort());
    expect(error).toMatchObject({
      reason: 'deadline',
      message: 'the cycle ended before the scrape began',
    });
    expect(target.connections).toBe(0);
  });
});

async function failureOf(
  url: string,
  limits: ScrapeLimits,
  deadline: AbortSignal = NO_DEADLINE,
): Promise<ScrapeError> {
  const error = await exchange(url, { limits, deadline }).catch((thrown: unknown) => thrown);
  if (!(error instanceof ScrapeError)) throw new Error('expected a ScrapeError', { cause: error });
  return error;
}

describe('the body of an answer', () => {
  it.each<[string, Answer]>([
    ['as it comes', answering(METRICS.repeat(8_000))],
    [
      'while it is decompressed',
      answering(gzipSync(METRICS.repeat(4_000)), { 'content-encoding': 'gzip' }),
    ],
  ])('ends the exchange where it has no room among others, %s', async (_, answer) => {
    const bodies = new ByteBudget(100 * 1024);
    for (let others = 0; others < 3; others++) bodies.open(() => undefined).grow(10 * 1024);
    const { url } = await start(answer);
    const asked = fetchExposition({ url, limits: LIMITS, http: DEFAULT_HTTP }, NO_DEADLINE, {
      bodies,
    });
    await expect(asked).rejects.toMatchObject({
      reason: 'memory',
      message: expect.stringContaining('expected the bodies that are read at a time to fit'),
    });
    expect(bodies.used).toBe(30 * 1024);
  });

  it.each<[string, Answer]>([
    ['as it came', answering(METRICS)],
    ['decompressed', answering(gzipSync(METRICS), { 'content-encoding': 'gzip' })],
  ])('gives its memory back at once when nobody needs it any more, %s', async (_, answer) => {
    const { url } = await start(answer);
    const { body, release } = await exchange(url);
    expect(body.toString()).toBe(METRICS);
    release();
    expect(body).toHaveLength(0);
  });
});
