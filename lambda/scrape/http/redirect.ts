import { ScrapeError } from '../../model/targets/scrape-error.ts';
import { shownUrl } from '../../model/targets/shown-url.ts';
import type { Answer } from './request.ts';

/** The limit of Go's HTTP client, and so of Prometheus. */
export const MAX_REDIRECTS = 10;

const STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isRedirect({ status }: Pick<Answer, 'status'>): boolean {
  return STATUSES.has(status);
}

/**
 * The URL that an answer redirects to; undefined if it does not. Only the same host and port are allowed, and never a
 * step from https to http: a target must not send the collector to addresses outside of the discovery. Credentials go
 * along, as in Go on the same host.
 *
 * @throws ScrapeError
 */
export function redirectOf(answer: Pick<Answer, 'status' | 'headers'>, from: URL): URL | undefined {
  if (!isRedirect(answer)) return undefined;
  const location = answer.headers.get('location');
  const given = JSON.stringify(shownUrl(location ?? ''));
  const to = location === undefined ? null : URL.parse(location, from.href);
  if (to === null || !/^https?:$/.test(to.protocol)) {
    throw new ScrapeError('redirect', `expected a redirect to an http or https URL, got ${given}`);
  }
  if (to.host !== from.host || (from.protocol === 'https:' && to.protocol === 'http:')) {
    const origin = `${from.protocol}//${from.host}`;
    throw new ScrapeError('redirect', `expected a redirect within ${origin}, got ${given}`);
  }
  return to;
}
