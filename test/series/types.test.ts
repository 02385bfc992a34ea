import { describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../lambda/config/values/pattern.ts';
import type { MetricType, Series } from '../../lambda/model/samples/sample.ts';
import { Types } from '../../lambda/series/types.ts';
import { series } from './samples.ts';

const untyped = (name: string, labels = {}) => series(name, { type: 'unknown', labels });
const LE = { le: '1' };

describe('a series without a type', () => {
  const cases: readonly [name: string, scrape: Series[], types: MetricType[]][] = [
    ['is a counter where its name ends with _total', [untyped('a_total')], ['counter']],
    ['is whatever it is where its name says nothing', [untyped('queue')], ['unknown']],
    ['is no counter where _total is in the middle', [untyped('a_total_bytes')], ['unknown']],
    ['is part of a histogram with _bucket and le', [untyped('h_bucket', LE)], ['histogram']],
    ['is no bucket without le', [untyped('water_bucket')], ['unknown']],
    ['is any figure with _count alone', [untyped('thread_count')], ['unknown']],
    ['is any figure with _sum alone', [untyped('cart_sum')], ['unknown']],
    [
      'is part of a summary with _sum and _count',
      [untyped('s_sum'), untyped('s_count')],
      ['summary', 'summary'],
    ],
    [
      'is part of a histogram with _sum and _count beside buckets',
      [untyped('h_sum'), untyped('h_count'), untyped('h_bucket', LE)],
      ['histogram', 'histogram', 'histogram'],
    ],
    [
      'is part of a summary with _count beside quantiles',
      [untyped('s_count'), untyped('s', { quantile: '0.5' })],
      ['summary', 'summary'],
    ],
    [
      'is not what another family is',
      [untyped('s'), untyped('s_sum'), untyped('s_count'), untyped('other_count')],
      ['unknown', 'summary', 'summary', 'unknown'],
    ],
  ];

  it.each(cases)('%s', (_, scrape, types) => {
    expect(typed(new Types([]), scrape).map(({ type }) => type)).toEqual(types);
  });

  it('belongs to the family without the suffix', () => {
    const [bucket, total] = typed(new Types([]), [untyped('h_bucket', LE), untyped('a_total')]);
    expect([bucket!.family, total!.family]).toEqual(['h', 'a_total']);
  });
});

describe('a series with a type', () => {
  it.each<MetricType>(['gauge', 'info', 'stateset'])('keeps it, whatever its name: %s', (type) => {
    const scrape = [series('a_total', { type }), series('h_bucket', { type, labels: LE })];
    expect(typed(new Types([]), scrape)).toEqual(scrape);
  });

  it('stays the same object, and an untyped one is the same in each scrape', () => {
    const types = new Types([]);
    const [gauge, total] = [series('a'), untyped('b_total')];
    const [one, other] = [typed(types, [gauge, total]), typed(types, [gauge, total])];
    expect(one[0]).toBe(gauge);
    expect(one[1]).not.toBe(total);
    expect(other[1]).toBe(one[1]);
  });
});

describe('an override', () => {
  const overriding = (...overrides: [string, MetricType][]) =>
    new Types(overrides.map(([metric, type]) => ({ metric: compilePattern(metric), type })));

  it.each<[name: string, pattern: string, type: MetricType, of: Series, family: string]>([
    ['gives a type to one without', '^jobs_done$', 'counter', untyped('jobs_done'), 'jobs_done'],
    ['beats the TYPE line', '^jobs$', 'counter', series('jobs'), 'jobs'],
    ['beats the guess', '^rooms_total$', 'gauge', untyped('rooms_total'), 'rooms_total'],
    ['is for a family and its samples', '^h$', 'histogram', untyped('h_bucket', LE), 'h'],
    ['is for a family by its sample, too', '^h_count$', 'summary', untyped('h_count'), 'h'],
    [
      'need not match the whole name',
      'done',
      'counter',
      untyped('jobs_done_by_me'),
      'jobs_done_by_me',
    ],
  ])('%s', (_, pattern, type, of, family) => {
    expect(typed(overriding([pattern, type]), [of])).toMatchObject([{ type, family }]);
  });

  it('is the first one that is for the metric', () => {
    const types = overriding(['^a$', 'counter'], ['^[ab]$', 'gauge']);
    const scrape = ['a', 'b', 'c'].map((name) => untyped(name));
    expect(typed(types, scrape).map(({ type }) => type)).toEqual(['counter', 'gauge', 'unknown']);
  });
});

it('a relabeled series is of the type of its origin', () => {
  const origin = untyped('a_total');
  const renamed = series('renamed', { type: 'unknown', family: 'a_total', origin });
  const types = new Types([]);
  const [one] = typed(types, [renamed]);
  expect(one).toMatchObject({ name: 'renamed', type: 'counter', origin: { type: 'counter' } });
  expect(typed(types, [renamed])[0]).toBe(one);
});

function typed(types: Types, scrape: readonly Series[]): Series[] {
  return scrape.map(types.in(scrape.map((each) => ({ series: each, value: 1 }))));
}
