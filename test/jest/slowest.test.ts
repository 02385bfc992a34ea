import { expect, it } from '@jest/globals';
import { slowestOf } from './slowest.ts';

it('the ten files that took most CPU are shown, then what all took together', () => {
  const times = Array.from({ length: 12 }, (_, index) => ({
    file: `test/${index}.test.ts`,
    cpuMs: index * 1_000 + 40,
    elapsedMs: 2_000,
    peakBytes: index * 1e6,
  }));
  const lines = slowestOf(times, 75_000).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    '    CPU  elapsed',
    ' 11.0 s    2.0 s  test/11.test.ts',
    ' 10.0 s    2.0 s  test/10.test.ts',
  ]);
  expect(lines.slice(10)).toEqual([
    '  2.0 s    2.0 s  test/2.test.ts',
    ' 66.5 s   75.0 s  all 12 files',
    '11 MB at most in a worker',
    '',
  ]);
});
