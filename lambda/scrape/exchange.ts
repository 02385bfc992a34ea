import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ScrapeLimits } from '../model/target.ts';
import { explain, ScrapeError } from './scrape-error.ts';

/** Text format 0.0.4 before anything else, which servers that know only something else may then still send. */
const ACCEPT = 'text/plain;version=0.0.4;q=0.9,*/*;q=0.1';

/**
 * Bytes of a decompressed body where the job sets no `body_size_limit`: the collector's own bound. Twenty times the largest
 * exposition of the fixtures, and little enough that a few of them at once do not exhaust the function's memory.
 */
export const DEFAULT_BODY_BYTES = 8 * 1024 * 1024;

/** Milliseconds until a connection must stand: a task on the same VPC answers in one, a dead address never. */
export const CONNECT_TIMEOUT_MS = 3_000;

/** The body of a successful answer, decompressed. */
export interface Exposition {
  readonly body: Buffer;
  readonly contentType: string;
}

const inflate = promisify(gunzip);

/**
 * One HTTP exchange with a target. A connection of its own each time: between two cycles a Lambda function is frozen, and
 * a kept connection would be found dead at the first request. Redirects are not followed.
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
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  const signal = AbortSignal.any([deadline, timeout]);
  let answered = false;
  try {
    const response = await send(url, limits, signal);
    answered = true;
    try {
      if (response.statusCode !== 200) {
        throw new ScrapeError(
          'http_status',
          `expected HTTP status 200, got ${response.statusCode}`,
        );
      }
      const contentType = response.headers['content-type'] ?? '';
      return {
        body: await readBody(response, limits.bodyBytes || DEFAULT_BODY_BYTES),
        contentType,
      };
    } finally {
      // What is left of an endless body, or of an error page, is of no concern any more.
      response.destroy();
    }
  } catch (error) {
    throw explain(error, { deadline, timeout, timeoutMs: limits.timeoutMs, answered });
  }
}

/** Resolves with the headers of the answer. */
function send(url: string, limits: ScrapeLimits, signal: AbortSignal): Promise<IncomingMessage> {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    const message = `expected an http or https URL, got ${JSON.stringify(url)}`;
    throw new ScrapeError('invalid_url', message);
  }
  return new Promise((resolve, reject) => {
    const request = (parsed.protocol === 'https:' ? httpsRequest : httpRequest)(parsed, {
      agent: false,
      signal,
      headers: {
        accept: ACCEPT,
        'accept-encoding': 'gzip',
        'user-agent': 'fargauge',
        'x-prometheus-scrape-timeout-seconds': String(limits.timeoutMs / 1000),
        connection: 'close',
      },
    });
    const connecting = setTimeout(() => {
      const message = `no connection within ${CONNECT_TIMEOUT_MS} ms`;
      request.destroy(new ScrapeError('connect_timeout', message));
    }, CONNECT_TIMEOUT_MS);
    request.once('socket', (socket) => socket.once('connect', () => clearTimeout(connecting)));
    request.once('response', (response) => {
      // Of a body without a length, Node.js would take any end for a good one.
      request.on('error', (error) => response.destroy(error));
      resolve(response);
    });
    request.once('error', reject);
    request.once('close', () => {
      clearTimeout(connecting);
      // After an answer 101, Switching Protocols, Node.js closes the connection without any other event.
      reject(new ScrapeError('connection_lost', 'the connection closed without an answer'));
    });
    request.end();
  });
}

async function readBody(response: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size >= limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const raw = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
  const encoding = (response.headers['content-encoding'] ?? '').toLowerCase();
  if (encoding === '' || encoding === 'identity') return raw;
  if (encoding !== 'gzip') {
    const given = JSON.stringify(encoding);
    throw new ScrapeError('invalid_body', `expected content-encoding gzip or none, got ${given}`);
  }
  try {
    return await inflate(raw, { maxOutputLength: limit - 1 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    const { message } = cause as Error;
    throw new ScrapeError('invalid_body', `expected a gzip body, got: ${message}`, { cause });
  }
}

function tooLarge(limit: number): ScrapeError {
  const message = `expected a body of less than ${limit} bytes (body_size_limit), got more`;
  return new ScrapeError('body_limit', message);
}
