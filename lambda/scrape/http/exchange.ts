import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { DEFAULT_PROTOCOLS } from '../../model/settings/scrape-protocol.ts';
import { ScrapeError } from '../../model/targets/scrape-error.ts';
import { shownUrl } from '../../model/targets/shown-url.ts';
import type { Target } from '../../model/targets/target.ts';
import { acceptOf } from './accept.ts';
import { decompressed } from './body.ts';
import { ByteBudget } from './bytes/budget.ts';
import { freeBytes } from './bytes/free.ts';
import { explain } from './failure.ts';
import { guarded, refuseForbidden } from './forbidden-address.ts';
import type { Headers } from './head.ts';
import { isRedirect, MAX_REDIRECTS, redirectOf } from './redirect.ts';
import { type Answer, type ExpositionRequest, send } from './request.ts';
import type { Postponement } from './response-body.ts';

/**
 * Most bytes of a decompressed body if the job sets no `body_size_limit`. It is twenty times the largest exposition of
 * the fixtures, and a few such bodies at once do not exhaust the function's memory.
 */
export const DEFAULT_BODY_BYTES = 8 * 1024 * 1024;

/** The body of a successful answer, decompressed. */
export interface Exposition {
  readonly body: Buffer;
  readonly contentType: string;
  readonly headers: Headers;
  /** Releases the body, which is empty afterwards. */
  release(): void;
}

/** The parts that an exchange needs. */
export interface ExchangeOptions {
  /** Resolves names. @default the system's */
  readonly lookup?: LookupFunction | undefined;
  /** The limit for the bodies of all scrapes. @default only the limit of each body */
  readonly bodies?: ByteBudget | undefined;
  /** @default the body is read now */
  readonly postponement?: Postponement | undefined;
}

/**
 * One HTTP exchange with a target, redirects included.
 *
 * @param deadline the cycle's: aborts all work
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
  {
    lookup = systemLookup,
    bodies = new ByteBudget(Number.POSITIVE_INFINITY),
    postponement,
  }: ExchangeOptions = {},
): Promise<Exposition> {
  if (deadline.aborted)
    throw new ScrapeError('deadline', 'the cycle ended before the scrape began');
  const { timeoutMs } = limits;
  const timeout = AbortSignal.timeout(timeoutMs);
  const refused = new AbortController();
  const signal = AbortSignal.any([deadline, timeout, refused.signal]);
  const limit = limits.bodyBytes || DEFAULT_BODY_BYTES;
  const account = bodies.open((message) => refused.abort(new ScrapeError('memory', message)));
  try {
    const accept = acceptOf(protocols.accepted);
    const first = {
      url: checked(url),
      http,
      accept,
      timeoutMs,
      signal,
      lookup: guarded(lookup),
      limit,
      account,
      postponement,
    };
    const { status, headers, body: raw } = await answerTo(first);
    if (status !== 200) {
      const hint =
        isRedirect({ status }) && !http.followRedirects ? ', and follow_redirects is off' : '';
      throw new ScrapeError('http_status', `expected HTTP status 200, got ${status}${hint}`);
    }
    const contentType = headers.get('content-type') ?? '';
    const encoding = headers.get('content-encoding') ?? '';
    const body = await decompressed(raw, encoding, first);
    const release = () => {
      account.close();
      freeBytes(body);
    };
    return { body, contentType, headers, release };
  } catch (error) {
    account.close();
    throw explain(error, { deadline, timeout, timeoutMs });
  }
}

/** The answer after all redirects, if the job follows them. */
async function answerTo(first: ExpositionRequest): Promise<Answer> {
  let request = first;
  for (let redirects = 0; ; redirects++) {
    const answer = await send(request);
    const url = first.http.followRedirects ? redirectOf(answer, request.url) : undefined;
    if (url === undefined) return answer;
    if (redirects === MAX_REDIRECTS) {
      const message = `expected at most ${MAX_REDIRECTS} redirects, got more`;
      throw new ScrapeError('redirect', message);
    }
    request = { ...request, url };
  }
}

function checked(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const message = `expected an http or https URL, got ${JSON.stringify(shownUrl(text))}`;
    throw new ScrapeError('invalid_url', message);
  }
  refuseForbidden(url);
  return url;
}
