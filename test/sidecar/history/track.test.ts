import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Track } from '../../../sidecar/history/track.ts';

const NAMES = ['a', 'b', 'c', 'd'];

describe('A track', () => {
  it('has the values of each column, whichever of them were the same for a while', () => {
    const value = fc.option(fc.constantFrom(0, 1, 2.5), { nil: undefined });
    const samples = fc.array(fc.tuple(value, value, value, value), { maxLength: 30 });
    fc.assert(
      fc.property(
        samples,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (all, rows, first) => {
          const track = new Track({ rows, firstRows: Math.min(first, rows) });
          for (const [time, known] of all.entries()) {
            const values = NAMES.flatMap((name, index) => {
              const each = known[index];
              return each === undefined ? [] : [{ name, labels: {}, value: each }];
            });
            track.append({ subject: '', labels: {}, time, values }, time + 1);
            if (time % 3 === 0) track.take({ from: time, to: time + 1 });
          }

          const kept = track.rowsBetween(0, all.length);
          expect(kept).toEqual({ from: Math.max(0, all.length - rows), to: all.length });
          for (const [index, name] of NAMES.entries()) {
            const expected = all.flatMap((known, time) => {
              const each = known[index];
              return each === undefined || time < kept.from ? [] : [{ value: each, time }];
            });
            const column = track.columns.find((each) => each.name === name);
            expect(column === undefined ? [] : [...track.points(column, kept)]).toEqual(expected);
          }
          for (let row = kept.from; row < kept.to; row += 1) {
            expect(track.isTaken(row)).toBe(row % 3 === 0);
            expect(track.recordedAt(row)).toBe(row + 1);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
