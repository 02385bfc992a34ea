import { describe, expect, it } from '@jest/globals';
import type { Variable } from './dashboard.ts';
import { type Choice, interpolate } from './interpolation.ts';

const SOURCE = { type: 'prometheus', uid: '$datasource' };
const VARIABLES: readonly Variable[] = [
  {
    name: 'service',
    type: 'query',
    label: 'Service',
    datasource: SOURCE,
    query: '',
    allValue: '.*',
  },
  { name: 'duration', type: 'textbox', label: 'Durations', query: 'latency_seconds' },
];

describe('a variable in a query', () => {
  it.each<[string, Choice, string]>([
    ['all', 'All', 'up{a=~".*"}'],
    ['one value', ['web'], 'up{a=~"web"}'],
    ['two values', ['web', 'worker'], 'up{a=~"(web|worker)"}'],
    // The quotes take one of the two backslashes.
    ['what is special in a regular expression', ['a.b|c'], 'up{a=~"a\\\\.b\\\\|c"}'],
  ])('stands for %s', (_, choice, expected) => {
    expect(interpolate('up{a=~"$service"}', VARIABLES, { service: choice }, {})).toBe(expected);
  });

  it('may be in braces, a text, or one of Grafana', () => {
    const text = `rate($${'{duration}'}_sum[$__rate_interval])`;
    expect(interpolate(text, VARIABLES, {}, { __rate_interval: '4m' })).toBe(
      'rate(latency_seconds_sum[4m])',
    );
  });

  it('stays where it is none, as a group of a regular expression', () => {
    expect(interpolate('"$1"', VARIABLES, {}, {})).toBe('"$1"');
  });
});
