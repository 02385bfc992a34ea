import { describe, expect, it } from '@jest/globals';
import { historyOf, withSince } from '../../lambda/scrape/history.ts';

describe('a target that is asked for its history', () => {
  it.each([
    ['http://h:1/metrics', 'http://h:1/metrics?since=17.25'],
    ['http://h:1/metrics?a=b', 'http://h:1/metrics?a=b&since=17.25'],
    ['http://h:1/metrics?since=3', 'http://h:1/metrics?since=17.25'],
  ])('%s', (url, expected) => {
    expect(withSince(url, '17.25')).toBe(expected);
  });
});

describe('the history of an answer', () => {
  const answer = (since: string, until: string) =>
    historyOf(
      new Map([
        ['fargauge-history-since', since],
        ['fargauge-history-until', until],
      ]),
      '100',
    );

  it('begins where it was asked to, and says with what to ask the next time', () => {
    expect(answer('100', '160.5')).toEqual({ cursor: '160.5', gap: undefined, more: false });
  });

  it('tells of what is lost where it begins later', () => {
    expect(answer('130', '160.5')).toEqual({
      cursor: '160.5',
      gap: 'expected the history since 100, got it from 130',
      more: false,
    });
  });

  it.each<[string, Record<string, string>]>([
    ['the target keeps none', {}],
    ['its end is no time', { 'fargauge-history-until': 'soon' }],
    ['its end is longer than a time', { 'fargauge-history-until': '1'.repeat(21) }],
  ])('is none where %s', (_, headers) => {
    expect(historyOf(new Map(Object.entries(headers)), '100')).toBeUndefined();
  });
});
