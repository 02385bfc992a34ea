import type { Labels } from '../samples/sample.ts';
import type { Target } from './target.ts';

/** Shown instead of a value, as in Prometheus. */
const HIDDEN = '<secret>';

/** `user:password@` of a URL, or of an address without a scheme, behind what comes before it. */
const USER_INFO = /^((?:[a-z][a-z\d+.-]*:[/\\]+|\/\/)?)[^/\\?#]*@/i;

/**
 * A URL as people see it: without user name and password. The value of a parameter may be a token, so only names
 * appear, and those values that a label of the target shows in any case. A text that is not a URL appears up to its
 * query.
 *
 * @param labels labels of the target. @default none
 */
export function shownUrl(url: string, labels: Labels = {}): string {
  const start = url.indexOf('?');
  const place = (start < 0 ? url : url.slice(0, start)).replace(USER_INFO, `$1${HIDDEN}@`);
  if (start < 0) return place;
  const visible = new Set(Object.values(labels));
  const query = url
    .slice(start + 1)
    .split('&')
    .map((parameter) => {
      const [[, value = ''] = []] = new URLSearchParams(parameter);
      const end = parameter.indexOf('=') + 1;
      const isShown = end > 0 && (value === '' || visible.has(value));
      return isShown ? parameter : parameter.slice(0, end) + HIDDEN;
    });
  return `${place}?${query.join('&')}`;
}

/** The id of a target as people see it, with its URL hidden in the same way. */
export function shownId({ id, url, labels }: Pick<Target, 'id' | 'url' | 'labels'>): string {
  return id.replaceAll(url, () => shownUrl(url, labels));
}
