import { expect, it } from '@jest/globals';
import { cycleTime } from '../../../cli/options/cycle-time.ts';

it.each([
  ['a single cycle', undefined, 55_000],
  ['a cycle each minute', 60_000, 55_000],
  ['a cycle each hour', 3_600_000, 55_000],
  ['a cycle every 15 seconds', 15_000, 15_000],
  ['cycles that follow at once', 50, 5_000],
])('%s may take its time', (_, everyMs, expected) => {
  expect(cycleTime(everyMs)).toBe(expected);
});
