import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { labelsOf, type Series } from '../../../../lambda/model/samples/sample.ts';
import { LabelTable } from '../../../../lambda/outputs/remote-write/encoding/label-table.ts';
import { LabelWriter } from '../../../../lambda/outputs/remote-write/encoding/label-writer.ts';
import { LastSeries } from '../../../../lambda/outputs/remote-write/encoding/last-series.ts';
import {
  type KnownSeries,
  NO_SERIES,
  ScrapedSeries,
} from '../../../../lambda/outputs/remote-write/encoding/scraped-series.ts';
import { series, target } from '../../../series/samples.ts';

const ALL = Array.from({ length: 8 }, (_, index) => series(`metric_${index}`));

/** A series with the same labels as the first one, in another object. */
const TWIN = series('metric_0', { labels: { empty: '' } });

/** The labels of a target's series, found by a table of their own. */
function labelWriter(): LabelWriter {
  return new LabelWriter(target(), { external: labelsOf(), relabeling: [] }, new LabelTable());
}

/** What is known after a scrape with these series, and which of them are duplicates. */
function scrape(all: readonly Series[], before: KnownSeries) {
  const labels = labelWriter();
  const scraped = new ScrapedSeries(before, labels);
  const duplicates = all.filter((one) => {
    labels.find(one);
    return !scraped.add(one);
  });
  return { known: scraped.known(), duplicates };
}

describe('the series of scrapes', () => {
  it('are each known once, and those that are gone are told, in whatever order they come', () => {
    // Mostly what a target always sends, and what differs from it.
    const list = [...ALL, TWIN];
    const usual = fc.constant([...list.keys()]);
    const shorter = fc.nat(9).map((length) => [...list.keys()].slice(0, length));
    const any = fc.array(fc.nat(8), { maxLength: 12 });
    const nameOf = ({ name }: Series) => name;
    fc.assert(
      fc.property(fc.array(fc.oneof(usual, shorter, any), { maxLength: 8 }), (scrapes) => {
        const last = new LastSeries();
        let before: readonly Series[] = [];
        for (const indices of scrapes) {
          const all = indices.map((index) => list[index]!);
          const { known, duplicates } = scrape(all, last.of(target()));
          const first = all.filter(
            ({ name }, at) => all.findIndex((other) => other.name === name) === at,
          );
          expect(known.series).toEqual(first);
          expect(duplicates.length).toBe(all.length - first.length);
          for (const [one, index] of known.duplicates) {
            expect(nameOf(known.series[index]!)).toBe(nameOf(one));
          }
          const gone = last.replace(target(), known)?.series ?? [];
          expect(gone).toEqual(before.filter((one) => !first.includes(one)));
          before = first;
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['each once', ALL],
    ['one of them twice, in one object', [...ALL, ALL[3]!]],
    ['one of them twice, in two objects', [...ALL, TWIN]],
  ])('take no memory of their own where they are those of before: %s', (_, all) => {
    const { known } = scrape(all, NO_SERIES);
    expect(scrape(all, known).known).toBe(known);
  });

  it('are known again after nobody could be told that they are gone', () => {
    const last = new LastSeries();
    last.replace(target(), { ...NO_SERIES, series: ALL });
    const vanished = last.replace(target(), { ...NO_SERIES, series: ALL.slice(0, 3) })!;
    last.restore(vanished);
    last.restore(vanished);
    expect(last.of(target()).series).toEqual(ALL);
  });

  it('are not known under other labels of their target', () => {
    const last = new LastSeries();
    last.replace(target(), { ...NO_SERIES, series: ALL });
    expect(last.of({ ...target(), honorLabels: true })).toBe(NO_SERIES);
    expect(last.of({ ...target(), labels: labelsOf({ job: 'other' }) })).toBe(NO_SERIES);
  });
});
