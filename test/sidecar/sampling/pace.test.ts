import { describe, expect, it } from '@jest/globals';
import {
  INITIAL_PACE,
  MAX_PAUSE_MS,
  MIN_PAUSE_MS,
  nextPace,
  type Pace,
  type PollOutcome,
} from '../../../sidecar/sampling/pace.ts';

const FAILED: PollOutcome = { kind: 'failed' };
const UNCHANGED: PollOutcome = { kind: 'unchanged' };

describe('The pause before the next poll', () => {
  it.each<[string, PollOutcome[], number[]]>([
    ['backs off from failures', Array(6).fill(FAILED), [1000, 2000, 4000, 8000, 10_000, 10_000]],
    [
      'begins anew after a success',
      [FAILED, FAILED, renewed(undefined, 1000), FAILED],
      [1000, 2000, 1000, 1000],
    ],
    [
      'backs off from a source without figures',
      Array(6).fill(UNCHANGED),
      [1000, 2000, 4000, 8000, 10_000, 10_000],
    ],
    [
      'is 1 s on EC2',
      [renewed(undefined, 1000), renewed(1000, 1000), renewed(2000, 1000)],
      [1000, 1000, 1000],
    ],
    [
      'ends a little before the figures of Fargate are due',
      [renewed(undefined, 10_000), renewed(10_000, 10_000)],
      [9500, 9500],
    ],
    [
      'is short where due figures are late',
      [renewed(undefined, 10_000), UNCHANGED, renewed(10_000, 10_000)],
      [9500, 1000, 9500],
    ],
    [
      'learns a period that the figures do not name',
      [renewed(undefined, 1000), UNCHANGED, UNCHANGED, UNCHANGED, renewed(7000, 1000)],
      [1000, 1000, 2000, 4000, 6500],
    ],
    [
      'finds a period that became shorter',
      [renewed(undefined, 10_000), renewed(10_000, 1000)],
      [9500, 1000],
    ],
    [
      'probes where the figures name no interval',
      [
        renewed(undefined, undefined),
        UNCHANGED,
        renewed(8000, undefined),
        renewed(8000, undefined),
      ],
      [1000, 1000, 7500, 3500],
    ],
    [
      'looks again for containers that are sampled a moment later',
      [renewed(undefined, 10_000), partly(10_000), partly(300), renewed(10_000, 10_000)],
      [9500, 1000, 8500, 9500],
    ],
    [
      'looks again only once for a container whose figures are dead',
      [renewed(undefined, 10_000), partly(10_000), UNCHANGED, partly(10_000)],
      [9500, 1000, 8500, 1000],
    ],
  ])('%s', (_, outcomes, pauses) => {
    expect(pausesAfter(outcomes)).toEqual(pauses);
  });

  it('is always from 1 s to 10 s, whatever the figures say', () => {
    const outcomes = [-5000, 0, 1, 999, 25_000, 1e12, -1e12].flatMap((milliseconds) => [
      renewed(milliseconds, milliseconds),
      UNCHANGED,
      renewed(milliseconds, undefined),
      partly(milliseconds),
    ]);

    for (const pause of pausesAfter(outcomes)) {
      expect(pause).toBeGreaterThanOrEqual(MIN_PAUSE_MS);
      expect(pause).toBeLessThanOrEqual(MAX_PAUSE_MS);
    }
  });
});

function pausesAfter(outcomes: readonly PollOutcome[]): number[] {
  let pace: Pace = INITIAL_PACE;
  return outcomes.map((outcome) => {
    pace = nextPace(pace, outcome);
    return pace.pauseMs;
  });
}

function renewed(gapMs: number | undefined, spanMs: number | undefined): PollOutcome {
  return { kind: 'renewed', complete: true, gapMs, spanMs };
}

function partly(gapMs: number): PollOutcome {
  return { kind: 'renewed', complete: false, gapMs, spanMs: 10_000 };
}
