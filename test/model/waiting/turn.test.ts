import { describe, expect, it } from '@jest/globals';
import { Turn, TurnOverError } from '../../../lambda/model/waiting/turn.ts';

/** A turn on clocks that are set by hand, and how many steps it takes until it is over. */
function turnWith(limits: { shareMs?: () => number; until?: number }) {
  const clocks = { now: 0, cpu: 0 };
  const turn = new Turn(
    { until: Number.POSITIVE_INFINITY, ...limits },
    { now: () => clocks.now, cpu: () => clocks.cpu },
  );
  return { turn, clocks };
}

/** The error of the first step that fails, of a thousand. */
function endOf(turn: Turn): TurnOverError | undefined {
  try {
    for (let step = 0; step < 1_000; step++) turn.step();
    return undefined;
  } catch (error) {
    if (error instanceof TurnOverError) return error;
    throw error;
  }
}

describe('A turn', () => {
  it('is over at its deadline, in a stretch or not', () => {
    const { turn, clocks } = turnWith({ until: 50 });
    clocks.now = 50;
    expect(endOf(turn)).toBeUndefined();
    clocks.now = 51;
    expect(endOf(turn)).toMatchObject({
      end: 'deadline',
      message: 'the cycle ended before the samples were processed',
    });
  });

  it('is over when its stretches together have taken its share of the CPU', () => {
    const { turn, clocks } = turnWith({ shareMs: () => 100 });
    turn.begin();
    clocks.cpu = 60;
    turn.end();
    // What others take between two stretches does not count.
    clocks.cpu = 1_000;
    turn.begin();
    clocks.cpu = 1_040;
    expect(endOf(turn)).toBeUndefined();
    clocks.cpu = 1_041;
    expect(endOf(turn)).toMatchObject({
      end: 'share',
      message: 'expected the samples to take at most 100 ms of CPU while others wait',
    });
    turn.end();
    turn.end();
    expect(turn.spentMs).toBe(101);
  });

  it('has a share that may change meanwhile', () => {
    let share = 10;
    const { turn, clocks } = turnWith({ shareMs: () => share });
    turn.begin();
    clocks.cpu = 11;
    share = 20;
    expect(endOf(turn)).toBeUndefined();
  });

  it('looks at its clocks once in 128 steps', () => {
    let looks = 0;
    const now = () => ++looks;
    const turn = new Turn({ until: Number.POSITIVE_INFINITY }, { now, cpu: () => 0 });
    for (let step = 0; step < 1_280; step++) turn.step();
    expect(looks).toBe(10);
  });

  it('looks sooner by what steps cost, and at each that costs as much', () => {
    let looks = 0;
    const now = () => ++looks;
    const turn = new Turn({ until: Number.POSITIVE_INFINITY }, { now, cpu: () => 0 });
    for (let step = 0; step < 64; step++) turn.step(4);
    expect(looks).toBe(2);
    for (let step = 0; step < 3; step++) turn.step(1_000);
    expect(looks).toBe(5);
  });
});
