import { describe, expect, it } from '@jest/globals';
import { Families } from '../../../lambda/decode/text/families.ts';
import type { MetricType } from '../../../lambda/model/samples/sample.ts';

describe('The family of a sample', () => {
  it.each<[sample: string, declared: string, type: MetricType, family: string]>([
    ['a', 'a', 'gauge', 'a'],
    ['a_sum', 'a', 'summary', 'a'],
    ['a_count', 'a', 'summary', 'a'],
    ['a_bucket', 'a', 'summary', 'a_bucket'],
    ['a_sum', 'a', 'histogram', 'a'],
    ['a_count', 'a', 'histogram', 'a'],
    ['a_bucket', 'a', 'histogram', 'a'],
    ['a_gsum', 'a', 'histogram', 'a_gsum'],
    ['a_gsum', 'a', 'gaugehistogram', 'a'],
    ['a_gcount', 'a', 'gaugehistogram', 'a'],
    ['a_bucket', 'a', 'gaugehistogram', 'a'],
    ['a_sum', 'a', 'gauge', 'a_sum'],
    ['a_sum', 'a', 'counter', 'a_sum'],
    ['a_total', 'a', 'counter', 'a'],
    ['a_total', 'a', 'gauge', 'a_total'],
    ['a_total', 'a_total', 'counter', 'a_total'],
    ['a_sum_sum', 'a_sum', 'summary', 'a_sum'],
    ['_sum', '', 'summary', '_sum'],
    ['a_Sum', 'a', 'summary', 'a_Sum'],
  ])('%s after TYPE %s %s is %s', (sample, declared, type, family) => {
    const families = new Families();
    families.begin();
    families.declare({ keyword: 'TYPE', family: families.named(declared), type });
    expect(families.sampled(families.named(sample)).name).toBe(family);
  });

  it('is its own where a line names it, whatever family it could extend', () => {
    const families = new Families();
    families.begin();
    const [a, sum] = [families.named('a'), families.named('a_sum')];
    families.declare({ keyword: 'TYPE', family: a, type: 'summary' });
    families.declare({ keyword: 'HELP', family: sum, empty: true, text: undefined });
    expect(families.sampled(sum)).toBe(sum);
  });

  it('is of unknown type again in the next exposition', () => {
    const families = new Families();
    const a = families.named('a');
    for (const type of ['gauge', 'counter'] as const) {
      families.begin();
      families.declare({ keyword: 'HELP', family: a, empty: false, text: undefined });
      families.declare({ keyword: 'TYPE', family: a, type });
      expect(families.sampled(a)).toMatchObject({ name: 'a', type });
    }
    families.begin();
    expect(families.sampled(a)).toMatchObject({ name: 'a', type: 'unknown' });
  });

  it('is found by its name', () => {
    const families = new Families();
    expect(families.named('a')).toBe(families.named('a'));
    expect(families.named('a_count').base).toBe(families.named('a'));
    expect(families.size).toBe(2);
  });

  it('costs two names, however many suffixes it has', () => {
    const families = new Families();
    const name = `a${'_count'.repeat(100_000)}`;
    expect(families.named(name).base?.name).toBe(name.slice(0, -'_count'.length));
    expect(families.size).toBe(2);
    expect(families.bytes).toBeGreaterThan(2 * name.length - 10);
  });
});
