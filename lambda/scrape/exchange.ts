import { lookup as systemLookup } from 'node:dns';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { DEFAULT_PROTOCOLS } from '../model/scrape-protocol.ts';
import type { Target } from '../model/target.ts';
import { readBody } from './body.ts';
import { acceptOf } from './exposition-format.ts';
import { guarded, refuseForbidden } from './forbidden-address.ts';
import { isRedirect, MAX_REDIRECTS, redirectOf, withoutCredentials } from './redirect.ts';
import { type ExpositionRequest, send } from './request.ts';
import { explain, ScrapeError } from './scrape-error.ts';

/**
 * Bytes of a decompressed body where the job sets no `body_size_limit`: the collector's own bound. Twenty times the largest
 * exposition of the fixtures, and little enough that a few of them at once do not exhaust the function's memory.
 */
export const DEFAULT_BODY_BYTES = 8 * 1024 * 1024;

/** The body of a successful answer, decompressed. */
export interface Exposition {
  readonly body: Buffer;
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * One HTTP exchange with a target, redirects included.
 *
 * @param deadline the cycle's: aborts whatever is under way
 * @param lookup resolves names. @default the system's
 * @throws ScrapeError
 */
export async function fetchExposition(
  {
    url,
    limits,
    http,
    protocols = DEFAULT_PROTOCOLS,
  }: Pick<Target, 'url' | 'limits' | 'http'> & Partial<Pick<Target, 'protocols'>>,
  deadline: AbortSignal,
  lookup: LookupFunction = systemLookup,
): Promise<Exposition> {
  if (deadline.aborted)
    throw new ScrapeError('deadline', 'the cycle ended before the scrape began');
  const { timeoutMs } = limits;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([deadline, timeout]);
  let answered = false;
  try {
    const accept = acceptOf(protocols.accepted);
    const first = {
      url: checked(url),
      http,
      accept,
      timeoutMs,
      signal,
      lookup: guarded(lookup),
    };
    const response = await answerTo(first);
    answered = true;
    try {
      if (response.statusCode !== 200) {
        const hint = isRedirect(response) ? ', which only follow_redirects follows' : '';
        const message = `expected HTTP status 200, got ${response.statusCode}${hint}`;
        throw new ScrapeError('http_status', message);
      }
      const { headers } = response;
      const contentType = headers['content-type'] ?? '';
      const body = await readBody(response, limits.bodyBytes || DEFAULT_BODY_BYTES);
      return { body, contentType, headers };
    } finally {
      // What is left of an endless body, or of an error page, is of no concern any more.
      response.destroy();
    }
  } catch (error) {
    throw explain(error, { deadline, timeout, timeoutMs, answered });
  }
}

/** The answer after all redirects, where they are followed. */
async function answerTo(first: ExpositionRequest): Promise<IncomingMessage> {
  let request = first;
  for (let redirects = 0; ; redirects++) {
    const response = await send(request);
    if (!first.http.followRedirects) return response;
    try {
      const url = redirectOf(response, request.url);
      if (url === undefined) return response;
      if (redirects === MAX_REDIRECTS) {
        const message = `expected at most ${MAX_REDIRECTS} redirects, got more`;
        throw new ScrapeError('redirect', message);
      }
      if (redirects === 0) request = { ...first, http: withoutCredentials(first.http) };
      request = { ...request, url };
    } catch (error) {
      response.destroy();
      throw error;
    }
    response.destroy();
  }
}

function checked(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const message = `expected an http or https URL, got ${JSON.stringify(text)}`;
    throw new ScrapeError('invalid_url', message);
  }
  refuseForbidden(url);
  return url;
}
