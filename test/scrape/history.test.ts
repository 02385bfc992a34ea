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

describe('a target that is asked for whole minutes', () => {
  it.each([
    ['17.25', 'http://h:1/metrics?since=17.25&minutes=complete'],
    ['17.25,0', 'http://h:1/metrics?since=17.25&before=0&minutes=complete'],
  ])('since %s', (cursor, expected) => {
    expect(withSince('http://h:1/metrics', cursor, true)).toBe(expected);
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
    expect(answer('100', '160.5')).toEqual({
      cursor: '160.5',
      awaitsMinute: false,
      gap: undefined,
      more: false,
    });
  });

  it.each([
    ['100', '101,60', true],
    ['100,60', '100,90.5', true],
    ['100,60', '100,60', false],
    ['100,60', '90,120', false],
  ])('from %s to %s advances: %s', (since, until, more) => {
    const headers = { 'fargauge-history-until': until, 'fargauge-history-more': '1' };
    expect(historyOf(new Map(Object.entries(headers)), since)).toMatchObject({
      cursor: until,
      more,
    });
  });

  it.each([
    // The task began after its minute did.
    ['100,60', '130', '150,120', true],
    ['100,60', '110', '190,120', false],
    // The first page of a task that the collector knows.
    ['100', '100', '110,60', true],
    ['100', '100', '130,120', false],
    // A second page in the same minute, and one in the next.
    ['100,60', '100', '119,60', true],
    ['100,60', '100', '121,120', false],
    // An older sidecar holds nothing back.
    ['100,60', '100', '119', false],
  ])('since %s, from %s to %s awaits its first minute: %s', (since, begin, until, awaitsMinute) => {
    const headers = { 'fargauge-history-since': begin, 'fargauge-history-until': until };
    expect(historyOf(new Map(Object.entries(headers)), since)).toMatchObject({ awaitsMinute });
  });

  it('tells of what is lost where it begins later', () => {
    expect(answer('130', '160.5')).toEqual({
      cursor: '160.5',
      awaitsMinute: false,
      gap: 'expected the history since 100, got it from 130',
      more: false,
    });
  });

  it.each<[string, Record<string, string>]>([
    ['the target keeps none', {}],
    ['its end is no time', { 'fargauge-history-until': 'soon' }],
    ['its end is longer than a time', { 'fargauge-history-until': '1'.repeat(21) }],
    ['it has another part', { 'fargauge-history-until': '1,2,3' }],
  ])('is none where %s', (_, headers) => {
    expect(historyOf(new Map(Object.entries(headers)), '100')).toBeUndefined();
  });
});
