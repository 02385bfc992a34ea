import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Series } from '../../../lambda/model/sample.ts';
import { LastSeries } from '../../../lambda/outputs/remote-write/last-series.ts';
import { ScrapedSeries } from '../../../lambda/outputs/remote-write/scraped-series.ts';
import { series, target } from '../../series/samples.ts';

const ALL = Array.from({ length: 8 }, (_, index) => series(`metric_${index}`));

describe('the series of scrapes', () => {
  it('are each known once, and those that are gone are told, in whatever order they come', () => {
    // Mostly what a target always sends, and what differs from it.
    const usual = fc.constant(ALL.map((_, index) => index));
    const shorter = fc.nat(8).map((length) => ALL.slice(0, length).map((_, index) => index));
    const any = fc.array(fc.nat(7), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.oneof(usual, shorter, any), { maxLength: 8 }), (scrapes) => {
        const last = new LastSeries();
        let before = new Set<Series>();
        for (const indices of scrapes) {
          const now = new Set<Series>();
          const scraped = new ScrapedSeries(last.of(target().id));
          for (const index of indices) {
            const one = ALL[index]!;
            expect(scraped.add(one)).toBe(!now.has(one));
            now.add(one);
          }
          const gone = last.replace(target(), scraped.list())?.series ?? [];
          expect(new Set(last.of(target().id))).toEqual(now);
          expect(last.of(target().id)).toHaveLength(now.size);
          expect(gone).toEqual([...before].filter((one) => !now.has(one)));
          before = now;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('take no memory of their own where they are those of before', () => {
    const first = new ScrapedSeries([]);
    for (const one of ALL) first.add(one);
    const list = first.list();
    const second = new ScrapedSeries(list);
    for (const one of ALL) second.add(one);
    expect(second.list()).toBe(list);
  });

  it('are known again after nobody could be told that they are gone', () => {
    const last = new LastSeries();
    last.replace(target(), ALL);
    const vanished = last.replace(target(), ALL.slice(0, 3))!;
    last.restore(vanished);
    last.restore(vanished);
    expect(last.of(target().id)).toEqual(ALL);
  });
});
