import { describe, expect, it } from '@jest/globals';
import type { Series } from '../../../lambda/model/samples/sample.ts';
import { MAX_SERIES, SeriesCache } from '../../../lambda/outputs/wire/series-cache.ts';
import { series } from '../../series/samples.ts';

describe('SeriesCache', () => {
  it('makes what is said of a series once', () => {
    const { cache, made } = counting();
    const up = series('up');
    for (let i = 0; i < 3; i++) expect(cache.of(up)).toBe('up');
    cache.renew();
    expect(cache.of(up)).toBe('up');
    expect(made()).toBe(1);
  });

  it('remembers no more than it says', () => {
    const { cache, made } = counting();
    const all = many('a', MAX_SERIES + 10);
    for (const one of [...all, ...all]) cache.of(one);
    expect(made()).toBe(MAX_SERIES + 20);
  });

  it.each([
    ['keeps what it knows while most of it is asked for', MAX_SERIES / 2, 0],
    ['begins anew where most of it is not asked for', MAX_SERIES / 2 - 1, 10],
  ])('%s', (_, asked, madeAgain) => {
    const { cache, made } = counting();
    const first = many('a', MAX_SERIES);
    for (const one of first) cache.of(one);
    cache.renew();
    for (const one of first.slice(0, asked)) cache.of(one);
    cache.renew();
    const before = made();
    for (const one of first.slice(0, 10)) cache.of(one);
    expect(made() - before).toBe(madeAgain);
  });
});

function counting() {
  let made = 0;
  const cache = new SeriesCache(({ name }) => {
    made += 1;
    return name;
  });
  return { cache, made: () => made };
}

function many(name: string, count: number): Series[] {
  return Array.from({ length: count }, () => series(name));
}
