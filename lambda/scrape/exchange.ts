import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Client, type Dispatcher, errors } from 'undici';
import type { ScrapeLimits } from '../model/target.ts';

/** Text format 0.0.4 before anything else, which servers that know only something else may then still send. */
const ACCEPT = 'text/plain;version=0.0.4;q=0.9,*/*;q=0.1';

/** Bytes of a decompressed body where the job sets no `body_size_limit`: the collector's own bound. */
export const DEFAULT_BODY_BYTES = 32 * 1024 * 1024;

/** Milliseconds until a connection must stand: a task on the same VPC answers in one, a dead address never. */
export const CONNECT_TIMEOUT_MS = 3_000;

/** Why a target gave no samples. */
export type ScrapeFailure =
  | 'invalid_url'
  | 'dns'
  | 'connect_refused'
  | 'connect_timeout'
  | 'connection_lost'
  | 'timeout'
  | 'deadline'
  | 'http_status'
  | 'content_type'
  | 'truncated'
  | 'body_limit'
  | 'sample_limit'
  | 'invalid_body'
  | 'internal';

/** A scrape that failed: caught at the end of the scrape, where it becomes a value. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
  readonly reason: ScrapeFailure;

  constructor(reason: ScrapeFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The body of a successful answer, decompressed. */
export interface Exposition {
  readonly body: Buffer;
  readonly contentType: string;
}

const inflate = promisify(gunzip);

/**
 * One HTTP exchange with a target. A connection of its own each time: between two cycles a Lambda function is frozen, and
 * a kept connection would be found dead at the first request.
 *
 * @param deadline the cycle's: aborts whatever is under way
 * @throws ScrapeError
 */
export async function fetchExposition(
  url: string,
  limits: ScrapeLimits,
  deadline: AbortSignal,
): Promise<Exposition> {
  if (deadline.aborted)
    throw new ScrapeError('deadline', 'the cycle ended before the scrape began');
  const { origin, path } = splitUrl(url);
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  const client = new Client(origin, { connectTimeout: CONNECT_TIMEOUT_MS, pipelining: 0 });
  try {
    const response = await client.request({
      path,
      method: 'GET',
      headers: {
        accept: ACCEPT,
        'accept-encoding': 'gzip',
        'user-agent': 'fargauge',
        'x-prometheus-scrape-timeout-seconds': String(limits.timeoutMs / 1000),
      },
      signal: AbortSignal.any([deadline, timeout]),
    });
    if (response.statusCode !== 200) {
      throw new ScrapeError('http_status', `expected HTTP status 200, got ${response.statusCode}`);
    }
    return {
      body: await readBody(response, limits.bodyBytes || DEFAULT_BODY_BYTES),
      contentType: header(response, 'content-type'),
    };
  } catch (error) {
    throw error instanceof ScrapeError ? error : explain(error, limits, deadline, timeout);
  } finally {
    // Not awaited: what is left of an endless body is nobody's concern any more.
    client.destroy().catch(() => {});
  }
}

function splitUrl(url: string): { origin: string; path: string } {
  try {
    const { origin, pathname, search } = new URL(url);
    return { origin, path: pathname + search };
  } catch (cause) {
    throw new ScrapeError('invalid_url', `expected a URL, got ${JSON.stringify(url)}`, { cause });
  }
}

async function readBody(response: Dispatcher.ResponseData, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size >= limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const raw = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
  const encoding = header(response, 'content-encoding').toLowerCase();
  if (encoding === '' || encoding === 'identity') return raw;
  if (encoding !== 'gzip') {
    throw new ScrapeError(
      'invalid_body',
      `expected content-encoding gzip or none, got ${JSON.stringify(encoding)}`,
    );
  }
  try {
    return await inflate(raw, { maxOutputLength: limit - 1 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new ScrapeError(
      'invalid_body',
      `expected a gzip body, got: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function tooLarge(limit: number): ScrapeError {
  return new ScrapeError(
    'body_limit',
    `expected a body of less than ${limit} bytes (body_size_limit), got more`,
  );
}

function header({ headers }: Dispatcher.ResponseData, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** System errors of connecting, by what they mean for the target. */
const CONNECT_FAILURES: Readonly<Record<string, ScrapeFailure>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'connect_refused',
  EHOSTUNREACH: 'connect_refused',
  ENETUNREACH: 'connect_refused',
  EADDRNOTAVAIL: 'connect_refused',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
};

function explain(
  error: unknown,
  limits: ScrapeLimits,
  deadline: AbortSignal,
  timeout: AbortSignal,
): ScrapeError {
  const cause = error as NodeJS.ErrnoException;
  if (deadline.aborted) {
    return new ScrapeError('deadline', 'the cycle ended before the target had answered', { cause });
  }
  if (timeout.aborted) {
    return new ScrapeError(
      'timeout',
      `no complete answer within ${limits.timeoutMs} ms (scrape_timeout)`,
      { cause },
    );
  }
  const reason = CONNECT_FAILURES[cause.code ?? ''];
  if (reason !== undefined) return new ScrapeError(reason, cause.message, { cause });
  if (
    error instanceof errors.ResponseContentLengthMismatchError ||
    /closed|terminated|reset/i.test(cause.message)
  ) {
    return new ScrapeError(
      'truncated',
      `the connection ended before the answer did: ${cause.message}`,
      { cause },
    );
  }
  return new ScrapeError('connection_lost', cause.message, { cause });
}
