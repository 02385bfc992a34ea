import { describe, expect, it } from '@jest/globals';
import { lastMinute, type MinuteSummary } from '../../../sidecar/history/minute.ts';
import { Track } from '../../../sidecar/history/track.ts';

/** A full minute, in epoch seconds. */
const START = 1_777_615_200;

describe('The summary of the last complete minute', () => {
  it('is of the minute before that of the newest sample', () => {
    expect(
      summaryAt(130, [
        [58, 100],
        [61, 30],
        [70, 10],
        [119.9, 20],
        [120, 90],
      ]),
    ).toEqual({
      min: 10,
      max: 30,
      avg: 20,
    });
  });

  it('is the same for all who ask until a sample of the next minute closes the current one', () => {
    const values: [number, number][] = [
      [10, 1],
      [50, 3],
      [65, 8],
    ];

    expect(summaryAt(66, values)).toEqual({ min: 1, max: 3, avg: 2 });
    expect(summaryAt(125, values)).toEqual({ min: 1, max: 3, avg: 2 });
    expect(summaryAt(125, [...values, [121, 2]])).toEqual({ min: 8, max: 8, avg: 8 });
  });

  it.each<[string, number, [number, number][]]>([
    ['there is no sample', 60, []],
    [
      'no minute is complete',
      59,
      [
        [10, 1],
        [50, 3],
      ],
    ],
    [
      'the minute has no sample',
      190,
      [
        [10, 1],
        [185, 1],
      ],
    ],
    [
      'its figures were not known',
      70,
      [
        [10, Number.NaN],
        [61, 1],
      ],
    ],
    [
      'the samples have ended',
      181,
      [
        [10, 1],
        [61, 1],
      ],
    ],
  ])('is absent where %s', (_, now, values) => {
    expect(summaryAt(now, values)).toBeUndefined();
  });
});

/** @param values of a series by second */
function summaryAt(now: number, values: readonly [number, number][]): MinuteSummary | undefined {
  const track = new Track();
  for (const [second, value] of [[-3600, 0], ...values] as const) {
    const time = START + second;
    const known = { name: 'load', labels: {}, value };
    track.append({ subject: '', labels: {}, time, values: [known] }, time * 1000);
  }
  const [column] = track.columns;
  return lastMinute(track, column!, (START + now) * 1000);
}
