import type { Labels } from '../samples/sample.ts';
import type { Target } from './target.ts';

/** What stands in the place of a value; the word of Prometheus. */
const HIDDEN = '<secret>';

/**
 * A URL as people see it: the value of a parameter may be a token, so that only names are shown, and those values that a label of the
 * target shows anyway. Text that is no URL is shown up to its query.
 *
 * @param labels of the target. @default none
 */
export function shownUrl(url: string, labels: Labels = {}): string {
  const start = url.indexOf('?');
  if (start < 0) return url;
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
  return `${url.slice(0, start)}?${query.join('&')}`;
}

/** The id of a target as people see it. */
export function shownId({ id, url, labels }: Pick<Target, 'id' | 'url' | 'labels'>): string {
  return id.endsWith(url) ? id.slice(0, -url.length) + shownUrl(url, labels) : id;
}
