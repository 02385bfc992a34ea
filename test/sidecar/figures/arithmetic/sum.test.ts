import { describe, expect, it } from '@jest/globals';
import {
  accumulate,
  completeSum,
  type RunningSum,
} from '../../../../sidecar/figures/arithmetic/sum.ts';

describe('A running sum', () => {
  it.each<[string, Record<string, number>[], number]>([
    ['starts with the sum', [{ a: 5, b: 7 }], 12],
    [
      'grows by what each part grows',
      [
        { a: 5, b: 7 },
        { a: 6, b: 9 },
      ],
      15,
    ],
    ['adds the whole of a new part', [{ a: 5 }, { a: 5, b: 7 }], 12],
    ['keeps what a part that vanished had', [{ a: 5, b: 7 }, { a: 6 }], 13],
    [
      'adds nothing for a part that fell',
      [
        { a: 5, b: 7 },
        { a: 2, b: 8 },
      ],
      13,
    ],
    ['goes on from the value after a fall', [{ a: 5 }, { a: 2 }, { a: 4 }], 7],
    ['does not count twice what comes back', [{ a: 5 }, {}, { a: 6 }], 6],
  ])('%s', (_, polls, total) => {
    expect(sumOf(polls).total).toBe(total);
  });

  it('remembers a bounded number of parts, the newest ones', () => {
    const polls = Array.from({ length: 1000 }, (_, index) => ({ [`part-${index}`]: 1 }));

    const sum = sumOf(polls);

    expect(sum.total).toBe(1000);
    expect(sum.parts.size).toBe(256);
    expect(sum.parts.has('part-999')).toBe(true);
  });
});

describe('A complete sum', () => {
  it.each([
    [[1, 2, 3], 6],
    [[0], 0],
    [[1, undefined, 3], undefined],
    [[], undefined],
  ])('of %j is %p', (values, sum) => {
    expect(completeSum(values)).toBe(sum);
  });
});

function sumOf(polls: readonly Record<string, number>[]): RunningSum {
  return polls.reduce<RunningSum>((sum, poll) => accumulate(sum, Object.entries(poll)), {
    total: 0,
    parts: new Map(),
  });
}
