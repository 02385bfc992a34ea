import { describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../lambda/config/values/pattern.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import { convert } from '../../lambda/series/convert.ts';
import { seriesKey } from '../../lambda/series/facts.ts';
import { Precision } from '../../lambda/series/precision.ts';
import { counter, labelled, series } from './samples.ts';

const PERCENT = new Precision([
  { metric: compilePattern('_exact_percent$'), digits: 17 },
  { metric: compilePattern('_percent$'), digits: 5 },
]);

describe('the precision of values', () => {
  it.each([
    ['cpu_percent', 4.053497314453125, 4.0535],
    ['cpu_percent', 0.000012345678, 0.000012346],
    ['cpu_percent', -99.999999, -100],
    // A whole number is a count, and is never rounded.
    ['cpu_percent', 1234567, 1234567],
    ['cpu_percent', 0, 0],
    ['an_exact_percent', 4.053497314453125, 4.053497314453125],
    ['other', 4.053497314453125, 4.053497314453125],
  ])('of %s makes %d %d', (name, value, rounded) => {
    expect(PERCENT.of(name, value)).toBe(rounded);
    // The answer for a name is remembered.
    expect(PERCENT.of(name, value)).toBe(rounded);
  });

  it('is that of gauges, with and without a time of their own, and never that of counters', () => {
    const gauge = series('a_percent');
    const busy = counter('busy_percent');
    const key = seriesKey(busy.name, busy);
    const past = { baseline: undefined, series: new Map([[key, { value: 1, timestamp: 1_000 }]]) };
    const samples = [
      labelled(gauge, 1.23456789),
      labelled(gauge, 2.3456789, 50_000),
      labelled(busy, 2.123456789),
    ];
    const comparison = { scrapedAt: 60_000, overlapMs: 0, past, firstSample: 'auto' } as const;
    const { points } = convert(samples, { ...comparison, precision: PERCENT }, new Drops());
    expect(points.map(({ value }) => value)).toEqual([1.2346, 2.3457, 2.123456789 - 1]);
  });
});
