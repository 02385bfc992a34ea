import { describe, expect, it } from '@jest/globals';
import { describeGiven } from '../../lambda/config/findings/given.ts';
import { formatPath } from '../../lambda/config/findings/place.ts';
import { nearest } from '../../lambda/config/findings/spelling.ts';

describe('given values in messages', () => {
  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    ['5m', '"5m" (string)'],
    ['a"b\n', '"a\\"b\\n" (string)'],
    [5, '5 (number)'],
    [Number.NaN, 'NaN (number)'],
    [true, 'true (boolean)'],
    [['hunter2'], 'a list'],
    [{ password: 'hunter2' }, 'an object'],
    ['https://me:hunter2@host/path', '"https://***@host/path" (string)'],
    ['me:hunter2@host:9100', '"***@host:9100" (string)'],
    ['x'.repeat(100), `"${'x'.repeat(80)}…" (string)`],
  ])('%j is shown as %s', (value, text) => {
    expect(describeGiven(value)).toBe(text);
  });
});

describe('paths in messages', () => {
  it.each([
    [[], ''],
    [['a', 'b', 0, 'c', 1, 2], 'a.b[0].c[1][2]'],
    [['service.name', 'a b', ''], '["service.name"]["a b"][""]'],
    [['$schema', 'x-y'], '$schema.x-y'],
  ])('%j is %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});

describe('the nearest known key', () => {
  const known = ['job_name', 'honor_labels', 'scheme', 'sample_limit', 'log_group_name'];

  it.each([
    ['job_nam', 'job_name'],
    ['jobname', 'job_name'],
    ['job-name', 'job_name'],
    ['honor_lables', 'honor_labels'],
    ['Scheme', 'scheme'],
    ['shceme', 'scheme'],
    ['loggroup_name', 'log_group_name'],
    ['limit', undefined],
    ['x', undefined],
    ['', undefined],
    ['job_name_of_something_else', undefined],
  ])('of %j is %j', (word, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });
});
