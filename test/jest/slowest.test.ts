import { expect, it } from '@jest/globals';
import { slowestOf } from './slowest.ts';

it('the ten slowest files are shown, slowest first, and then the time of all', () => {
  const times = Array.from({ length: 12 }, (_, index) => ({
    file: `test/${index}.test.ts`,
    milliseconds: index * 1_000 + 40,
  }));
  const lines = slowestOf(times, 75_000).split('\n');
  expect(lines.slice(0, 2)).toEqual(['   11.0 s  test/11.test.ts', '   10.0 s  test/10.test.ts']);
  expect(lines.slice(9)).toEqual(['    2.0 s  test/2.test.ts', '   75.0 s  all 12 files', '']);
});
