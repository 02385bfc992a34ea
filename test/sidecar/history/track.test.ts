import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Track } from '../../../sidecar/history/track.ts';

const NAMES = ['a', 'b', 'c', 'd'];

/** Of a limit that may change, bytes or CPU units. */
const LIMITS = [1, 256, 512, 300 * 1_048_576];

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

  it('has what is in percent of a limit to the last bit, whichever values and limits it has', () => {
    const part = fc.option(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true })), {
      nil: undefined,
      freq: 8,
    });
    const steady = fc.constantFrom(...LIMITS.map((limit) => [limit]), LIMITS);
    const samples = steady.chain((limits) =>
      fc.array(fc.tuple(part, part, fc.constantFrom(...limits), fc.boolean()), { maxLength: 30 }),
    );
    fc.assert(
      fc.property(samples, fc.constantFrom(1, 1024), (all, unit) => {
        const track = new Track({ rows: 8, firstRows: 2 });
        const truth = new Map<string, { value: number; time: number }[]>();
        for (const [time, [one, other, limit, isFull]] of all.entries()) {
          const values = [
            ...(one === undefined
              ? []
              : [
                  ['a', one],
                  ['a_percent', ((one * unit) / limit) * 100],
                ]),
            ...(other === undefined ? [] : [['b', other]]),
            ...(other === undefined || !isFull ? [] : [['b_percent', (other / limit) * 100]]),
          ] as [string, number][];
          for (const [name, value] of values) {
            truth.set(name, [...(truth.get(name) ?? []), { value, time }]);
          }
          track.append(
            {
              subject: '',
              labels: {},
              time,
              values: values.map(([name, value]) => ({ name, labels: {}, value })),
            },
            time + 1,
          );
        }

        const kept = track.rowsBetween(0, all.length);
        for (const column of track.columns) {
          const points = (truth.get(column.name) ?? []).filter(({ time }) => time >= kept.from);
          expect([...track.points(column, kept)]).toEqual(points);
          const { values, times } = track.copy(column, kept);
          expect([...values].filter((value) => !Number.isNaN(value))).toEqual(
            points.map(({ value }) => value),
          );
          expect(times).toHaveLength(kept.to - kept.from);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
