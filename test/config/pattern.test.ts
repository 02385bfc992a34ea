import { describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../lambda/config/pattern.ts';

describe('patterns', () => {
  it.each([
    ['*'],
    ['(unclosed'],
    ['(?=a)'],
    ['(?!a)'],
    ['(?<=a)b'],
    ['(?<!a)b'],
    ['(a)\\1'],
    ['a{1001}'],
    ['(?>a)'],
    ['[a-'],
  ])('%s is none in RE2', (source) => {
    expect(() => compilePattern(source)).toThrow();
  });

  it.each([
    ['', 'anything', true],
    ['ngnix', 'my-nginx', false],
    ['gin', 'my-nginx', true],
    ['^nginx$', 'my-nginx', false],
    ['NGINX', 'nginx', false],
    ['(?i)^NGINX$', 'nginx', true],
    ['^[[:alpha:]]+$', 'nginx', true],
    ['a$', 'a\n', false],
    ['.+', '', false],
    ['^$', '', true],
  ])('%j, which is not anchored, in %j: %s', (source, text, matches) => {
    expect(compilePattern(source).test(text)).toBe(matches);
  });

  it('matches in linear time where a backtracking engine would not end', () => {
    expect(compilePattern('^(a+)+$').test(`${'a'.repeat(50_000)}b`)).toBe(false);
  });
});
