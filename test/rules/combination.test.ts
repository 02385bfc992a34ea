import { expect, it } from '@jest/globals';
import { combinationOf, HASH_BITS } from '../../lambda/rules/combination.ts';
import type { DeclaredSet } from '../../lambda/rules/publication-list.ts';

const set = (namespace: string, ...names: string[]): DeclaredSet => ({
  options: { namespace, storageResolution: 60, rate: false },
  names,
});

it('combinations that differ anywhere have different numbers', () => {
  const numbers = [
    combinationOf(set('n', 'a', 'b'), 'm', { a: '1', b: '2' }),
    combinationOf(set('n', 'a', 'b'), 'm', { a: '2', b: '1' }),
    combinationOf(set('n', 'a', 'b'), 'm', { a: '12', b: '' }),
    combinationOf(set('n', 'b', 'a'), 'm', { a: '1', b: '2' }),
    combinationOf(set('n', 'a'), 'm', { a: '1' }),
    combinationOf(set('n'), 'm', {}),
    combinationOf(set('n', 'a', 'b'), 'o', { a: '1', b: '2' }),
    combinationOf(set('o', 'a', 'b'), 'm', { a: '1', b: '2' }),
    combinationOf(set('nm', 'a', 'b'), '', { a: '1', b: '2' }),
  ];
  expect(new Set(numbers).size).toBe(numbers.length);
});

it('what is no dimension makes no difference', () => {
  const [one, other] = [{ a: '1' }, { a: '1', b: '2' }].map((labels) =>
    combinationOf(set('n', 'a'), 'm', labels),
  );
  expect(one).toBe(other);
});

it(`numbers are whole, of ${HASH_BITS} bits, and spread evenly`, () => {
  const count = 200_000;
  const numbers = new Set<number>();
  const ones = Array.from({ length: HASH_BITS }, () => 0);
  for (let i = 0; i < count; i++) {
    const number = combinationOf(set('n', 'id'), 'm', { id: String(i) });
    numbers.add(number);
    for (const bit of ones.keys()) ones[bit]! += Math.floor(number / 2 ** bit) % 2;
  }
  // One pair in 2^48 may be alike: some 7 in 100,000 of such sets.
  expect(numbers.size).toBe(count);
  expect([...numbers].every((number) => Number.isInteger(number) && number < 2 ** 48)).toBe(true);
  for (const share of ones.map((sum) => sum / count)) expect(share).toBeCloseTo(0.5, 1);
});
