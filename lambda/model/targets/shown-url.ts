import type { Labels } from '../samples/sample.ts';
import type { Target } from './target.ts';

/** What stands in the place of a value; the word of Prometheus. */
const HIDDEN = '<secret>';

/** `user:password@` of a URL, or of an address without a scheme, behind what comes before it. */
const USER_INFO = /^((?:[a-z][a-z\d+.-]*:[/\\]+|\/\/)?)[^/\\?#]*@/i;

/**
 * A URL as people see it: without user name and password. The value of a parameter may be a token, so that only names are shown, and
 * those values that a label of the target shows anyway. Text that is no URL is shown up to its query.
 *
 * @param labels of the target. @default none
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

/** The id of a target as people see it, wherever its URL stands in it. */
export function shownId({ id, url, labels }: Pick<Target, 'id' | 'url' | 'labels'>): string {
  return id.replaceAll(url, () => shownUrl(url, labels));
}
