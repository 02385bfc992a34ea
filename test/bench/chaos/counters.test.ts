import { describe, expect, it } from '@jest/globals';
import { Counters } from './counters.ts';

const TARGETS = ['a', 'b'];

/** The counters of both targets go from 10 to 15 and to 25 while these increases are published. */
function figuresOf(
  second: Readonly<Record<string, number>>,
  third: Readonly<Record<string, number>>,
  killed: 'second' | 'none' = 'none',
) {
  const counters = new Counters(TARGETS);
  counters.cycle({ increases: {}, told: [10, 10], isKilled: false });
  counters.cycle({ increases: second, told: [15, 15], isKilled: killed === 'second' });
  counters.cycle({ increases: third, told: [25, 25], isKilled: false });
  return counters.figures;
}

describe('What was published of the counters of the targets', () => {
  it('is the truth where each increase was published once', () => {
    expect(figuresOf({ a: 5, b: 5 }, { a: 10, b: 10 })).toEqual({
      below: 0,
      published: 30,
      truth: 30,
      above: 0,
    });
  });

  it('is the truth where an increase came with the next one', () => {
    expect(figuresOf({ a: 5 }, { a: 10, b: 15 })).toMatchObject({ below: 0, above: 0 });
  });

  it('is below it where an increase is missing', () => {
    expect(figuresOf({ a: 5 }, { a: 10, b: 10 })).toMatchObject({ below: 1, published: 25 });
  });

  it('is above it where an increase was published twice in cycles that had their end', () => {
    expect(figuresOf({ a: 5, b: 5 }, { a: 15, b: 10 })).toMatchObject({ above: 1, published: 35 });
  });

  it('may be above it by what was in flight in a cycle that was killed', () => {
    const figures = figuresOf({ a: 5, b: 5 }, { a: 15, b: 15 }, 'second');
    expect(figures).toEqual({ below: 0, published: 40, truth: 30, above: 0 });
  });

  it('may not be above it by more than that', () => {
    expect(figuresOf({ a: 5, b: 5 }, { a: 16, b: 15 }, 'second')).toMatchObject({ above: 1 });
  });

  it('counts the targets of which anything was published in a cycle', () => {
    const counters = new Counters(TARGETS);
    const cycle = { increases: { b: 0, c: 1 }, told: [10, 10], isKilled: false };
    expect(counters.cycle(cycle)).toBe(1);
  });
});
