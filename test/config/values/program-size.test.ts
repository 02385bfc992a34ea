import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { programSizeOf } from '../../../lambda/config/values/program-size.ts';

/** What every program has: its begin and its end. */
const FRAME = 3;

const atom = fc.constantFrom(
  ...[
    'a',
    '.',
    '^',
    '$',
    '\\d',
    '\\.',
    '\\pL',
    '\\p{Greek}',
    '\\x{10FFFF}',
    '\\x41',
    '[a-z]',
    '[^]a]',
  ],
  ...['[]]', '[[:alpha:]_]', '[\\]a]', '[a(b{9}]', '\\Qa(b\\E', 'ä', '\u{1F600}', '-'],
);

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const opening = fc.constantFrom('(', '(?:', '(?i:', '(?P<x>', '(?<x>');
  const group = fc.tuple(opening, inner).map(([open, of]) => `${open}${of})`);
  const count = fc.constantFrom(
    '',
    '*',
    '+?',
    '?',
    '{3}',
    '{0}',
    '{2,}',
    '{0,7}',
    '{2,5}?',
    '{1,1}',
  );
  const part = fc
    .tuple(fc.oneof({ depthSize: 'small', maxDepth: 3 }, atom, group), count)
    .map(([of, times]) => of + times);
  return {
    expression: fc
      .tuple(fc.constantFrom('', '(?i)', '(?s)'), fc.array(part, { maxLength: 4 }), fc.boolean())
      .map(([flags, parts, isChoice]) => flags + parts.join(isChoice ? '|' : '')),
  };
});

describe('the size of a program', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['a{1000}', 1_000],
    ['(?:a{10}b){20}', 260],
    ['(a|b){0,100}', 700],
    ['a{5,}', 7],
    ['[a{9}]{3}', 3],
    ['\\Qa{9}\\E', 4],
    ['\\{9}', 3],
    ['(?i)a', 1],
    ['[a', 1],
    ['((((a', 9],
  ])('of %j is about %d', (source, size) => {
    expect(programSizeOf(source).instructions).toBe(size);
  });

  it.each([
    ['^abc', 0],
    ['^(?:a|bc|d?){3}$', 0],
    ['^(?s:(.*))$', 4],
    ['^(?s:(.+);(.*):(\\d+))$', 16],
    ['^(?s:.*a.{500}(?:b|c))$', 511],
    ['abc', 3],
    ['a|^b', 1],
    ['(?m)^abc', 4],
    ['^?abc', 6],
    ['^{0,1}abc', 5],
    [`^(?:${'a{0,99}'.repeat(200)})$`, 39_604],
  ])('of %j is taken by each character as far as %d instructions go', (source, expected) => {
    expect(programSizeOf(source).ofCharacter).toBe(expected);
  });

  it('of a list of names behind ^ is taken once, and by each character where it may begin anywhere', () => {
    const names = Array.from({ length: 1_000 }, (_, n) => `service_${n}`).join('|');
    expect(programSizeOf(`^(?s:${names})$`).ofCharacter).toBe(0);
    expect(programSizeOf(`^(?s:(prod|test):(${names}))$`).ofCharacter).toBe(0);
    expect(programSizeOf(names).ofCharacter).toBeGreaterThan(10_000);
    expect(programSizeOf(`^(?s:.*(${names}))$`).ofCharacter).toBeGreaterThan(10_000);
  });

  it('is never said to be less than it is', () => {
    fc.assert(
      fc.property(expression, (source) => {
        let actual: number;
        try {
          actual = RE2JS.compile(source).programSize();
        } catch {
          // Such as two groups of the same name.
          return;
        }
        expect(programSizeOf(source).instructions + FRAME).toBeGreaterThanOrEqual(actual);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['[', '(', '{1', '\\Q', '\\p{', '(?<', '[:', '[[:a:'])(
    'of 300 kB of %j is told in the time that reading them takes',
    (part) => {
      expect(programSizeOf(part.repeat(300_000 / part.length)).instructions).toBeGreaterThan(0);
    },
  );
});
